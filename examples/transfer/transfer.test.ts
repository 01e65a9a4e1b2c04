import { DatabaseSync } from 'node:sqlite';
import { workBy } from '../../jobs/work';
import { type Pair, startPair } from '../../testing/pair';
import { TRANSFER } from './definition';
import { Transfer } from './work';

/** Work of 3 s under a lease of 1 s: where a plain consumer pays again and again. */
const WRONG_TIMEOUT = { VISIBILITY_TIMEOUT_SECONDS: '1', WORK_SECONDS: '3' };

let pair: Pair;
let bank: DatabaseSync;
let runs = 0;

async function start(variables = {}): Promise<void> {
  runs = 0;
  const counted = workBy(TRANSFER, (job) => {
    runs += 1;
    return new Transfer().run(job);
  });
  pair = await startPair({ works: [counted], policy: { maxAttempts: 2 }, variables });
  bank = new DatabaseSync(pair.resultsPath, { timeout: 5_000 });
  bank.exec(`CREATE TABLE account (owner TEXT PRIMARY KEY, balance INTEGER NOT NULL);
    INSERT INTO account VALUES ('ann', 100), ('bob', 0)`);
}
afterEach(async () => {
  bank.close();
  await pair.close();
});

const order = (amount: number) => ({ from: 'ann', to: 'bob', amount });
const balances = (): unknown => bank.prepare('SELECT owner, balance FROM account ORDER BY owner').all();
const bothHave = (ann: number, bob: number): unknown => [
  { owner: 'ann', balance: ann },
  { owner: 'bob', balance: bob },
];

it('moves the money once, however often the job is delivered', async () => {
  await start();
  const id = await pair.send(TRANSFER, order(30));
  for (let again = 0; again < 4; again += 1) await pair.deliverAgain(TRANSFER, id, order(30));
  expect(await pair.result(id)).toBe(30);
  await pair.deliverAgain(TRANSFER, id, order(30));
  await pair.idle();
  expect(runs).toBeGreaterThan(1);
  expect(balances()).toEqual(bothHave(70, 30));
});

it('moves the money once in one run where the visibility timeout is shorter than the work', async () => {
  await start(WRONG_TIMEOUT);
  const id = await pair.send(TRANSFER, order(30));
  expect(await pair.result(id)).toBe(30);
  await pair.idle();
  expect(runs).toBe(1);
  expect(balances()).toEqual(bothHave(70, 30));
});

it('moves nothing where the balance is too low, says so, and moves it once when the dead letter is tried again', async () => {
  await start();
  const id = await pair.send(TRANSFER, order(130));
  expect(await pair.settled(id)).toMatchObject({ state: 'failed', reason: 'attempts', attempts: 2 });
  const error: unknown = expect.stringContaining('changed 0 rows, not 1');
  expect(await pair.deadLetters()).toEqual([expect.objectContaining({ jobId: id, reason: 'attempts', error })]);
  expect(balances()).toEqual(bothHave(100, 0));
  bank.exec("UPDATE account SET balance = 150 WHERE owner = 'ann'");
  await pair.deliverAgain(TRANSFER, id, order(130));
  await pair.idle();
  expect(await pair.record(id)).toMatchObject({ state: 'done', result: 130 });
  expect(balances()).toEqual(bothHave(20, 130));
});

it.each([
  ['/input/amount', { ...order(1), amount: -1 }],
  ['/input/to', { from: 'ann', amount: 1 }],
])('refuses an order whose %s is wrong before it is queued', async (pointer, wrong) => {
  await start();
  await expect(pair.send(TRANSFER, wrong as ReturnType<typeof order>)).rejects.toThrow(`"pointer":"${pointer}"`);
  expect(runs).toBe(0);
});
