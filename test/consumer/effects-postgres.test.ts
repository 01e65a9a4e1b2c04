import { randomUUID } from 'node:crypto';
import { TRANSFER } from '../../examples/transfer/definition';
import { TransferOnPostgres } from '../../examples/transfer/work-on-postgres';
import { workOf } from '../../jobs/work';
import { WORKS } from '../../jobs/works';
import { DatabaseProxy } from '../../results/conformance/database-proxy';
import { POSTGRES_URL, PostgresPlace, withPostgres } from '../../results/conformance/postgres-place';
import { type TestQueues, withBroker } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { sendTransfer } from '../harness/transfers';

// A bare machine has no PostgreSQL; `.ci/run` brings one.

const broker = withBroker();
let place: PostgresPlace;
let proxy: DatabaseProxy;
let queues: TestQueues;
let consumer: ConsumerApp;

const send = (id: string, amount: number): Promise<string> => sendTransfer({ broker: broker(), queues }, id, amount);
const drained = (): Promise<true> => eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
const balances = (): Promise<unknown> => place.query('SELECT owner, balance FROM account ORDER BY owner');
const bothHave = (ann: number, bob: number): unknown => [
  { owner: 'ann', balance: ann },
  { owner: 'bob', balance: bob },
];

withPostgres('with TEST_POSTGRES_URL', () => {
  beforeEach(async () => {
    place = await PostgresPlace.create();
    await place.query('CREATE TABLE account (owner text PRIMARY KEY, balance integer NOT NULL)');
    await place.query(`INSERT INTO account VALUES ('ann', 1000), ('bob', 0)`);
    proxy = await DatabaseProxy.start(POSTGRES_URL ?? '');
    queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } });
    const works = [...WORKS, workOf(TRANSFER, TransferOnPostgres)];
    consumer = await startConsumerApp(queues, { RESULTS: place.urlWith({ port: proxy.port }) }, { works });
  });
  afterEach(async () => {
    await stopConsumerApps();
    await proxy.close();
    await place.destroy();
  });

  it('moves the money once, and not at all where the balance is too low', async () => {
    const [paid, refused] = [randomUUID(), randomUUID()];
    await Promise.all(Array.from({ length: 5 }, () => send(paid, 300)));
    await send(refused, 1_300);
    const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl, { withinMs: 60_000 });
    const error: unknown = expect.stringContaining('ann has no account, or not enough on it');
    expect(whyOf(letter ?? {})).toMatchObject({ reason: 'attempts', attempts: 5, jobId: refused, error });
    await drained();
    expect(await balances()).toEqual(bothHave(700, 300));
    expect(await consumer.records.get(paid)).toMatchObject({ state: 'done', attempts: 0 });
    expect(await consumer.records.get(refused)).toMatchObject({ state: 'failed', attempts: 5 });
  }, 90_000);

  it('moves it once where all connections are cut ten times in a burst, and counts no attempt', async () => {
    const ids = Array.from({ length: 60 }, () => randomUUID());
    proxy.cuts = { every: 17, left: 10 };
    await Promise.all(ids.map((id) => send(id, 1)));
    await drained();
    expect(proxy.cuts.left).toBe(0);
    expect(await balances()).toEqual(bothHave(940, 60));
    const records = await consumer.records.getMany(ids);
    expect(records.map(({ state, attempts }) => [state, attempts])).toEqual(ids.map(() => ['done', 0]));
  }, 90_000);

  it('takes no jobs in while the database is silent, and does all of them once afterwards', async () => {
    await eventually(async () => (await fetch(`${consumer.url}/health/ready`)).status === 200);
    proxy.silent = true;
    await send(randomUUID(), 1);
    await eventually(() => consumer.transport.status().pauses.includes('store'), { withinMs: 90_000 });
    expect((await fetch(`${consumer.url}/health/ready`)).status).toBe(503);
    await Promise.all(Array.from({ length: 8 }, () => send(randomUUID(), 1)));
    proxy.silent = false;
    proxy.cut();
    await drained();
    expect(await balances()).toEqual(bothHave(991, 9));
  }, 150_000);
});
