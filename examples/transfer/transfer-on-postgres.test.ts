import { type Type } from '@nestjs/common';
import { type Work, workOf } from '../../jobs/work';
import { PostgresPlace, withPostgres } from '../../results/conformance/postgres-place';
import { type Pair, startPair } from '../../testing/pair';
import { TRANSFER } from './definition';
import { TransferOnPostgres } from './work-on-postgres';
import { TransferWithDrizzle } from './work-with-drizzle';

let place: PostgresPlace;
let pair: Pair;

const order = (amount: number) => ({ from: 'ann', to: 'bob', amount });
const balances = (): Promise<unknown> => place.query('SELECT balance FROM account ORDER BY owner');
const bothHave = (ann: number, bob: number): unknown => [{ balance: ann }, { balance: bob }];

// A bare machine has no PostgreSQL; `.ci/run` brings one.
withPostgres.each<[string, Type<Work<typeof TRANSFER>>]>([
  ['plain pg', TransferOnPostgres],
  ['Drizzle', TransferWithDrizzle],
])('a transfer on PostgreSQL, by %s', (_library, work) => {
  beforeEach(async () => {
    place = await PostgresPlace.create(false);
    await place.query('CREATE TABLE account (owner text PRIMARY KEY, balance integer NOT NULL)');
    await place.query(`INSERT INTO account VALUES ('ann', 100), ('bob', 0)`);
    const works = [workOf(TRANSFER, work)];
    pair = await startPair({ works, policy: { maxAttempts: 2 }, variables: { RESULTS: place.url } });
  });
  afterEach(async () => {
    await pair.close();
    await place.destroy();
  });

  it('moves the money once, however often the job is delivered', async () => {
    const id = await pair.send(TRANSFER, order(30), { idempotencyKey: 'order-1' });
    for (let again = 0; again < 4; again += 1) await pair.deliverAgain(TRANSFER, id, order(30));
    expect(await pair.result(id)).toBe(30);
    await pair.idle();
    expect(await balances()).toEqual(bothHave(70, 30));
  });

  it('moves nothing where the balance is too low, and says so', async () => {
    const id = await pair.send(TRANSFER, order(130));
    const lastError: unknown = expect.stringContaining('ann has no account, or not enough on it');
    expect(await pair.settled(id)).toMatchObject({ state: 'failed', reason: 'attempts', attempts: 2, lastError });
    expect(await balances()).toEqual(bothHave(100, 0));
  });
});
