import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps, type ConsumerApp } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { payAt } from './pay';
import { transfer } from './transfer';

const broker = withBroker();
let queues: TestQueues;
let consumer: ConsumerApp;
let bank: DatabaseSync;
let runs = 0;
let provider: Awaited<ReturnType<typeof startProvider>> | undefined;

async function start(work: TestRun): Promise<void> {
  runs = 0;
  queues = await broker().createQueues();
  const counted: TestRun = (job, context) => {
    runs += 1;
    return work(job, context);
  };
  consumer = await startConsumerApp(queues, {}, { work: counted });
  bank = new DatabaseSync(consumer.resultsPath);
  bank.exec(`CREATE TABLE account (owner TEXT PRIMARY KEY, balance INTEGER NOT NULL);
    INSERT INTO account VALUES ('ann', 100), ('bob', 0)`);
}
afterEach(async () => {
  bank.close();
  provider?.close();
  await stopConsumerApps();
});

const send = (id: string, input: number): Promise<string> =>
  broker().send(queues.queueUrl, JSON.stringify({ id, input }));
const balances = (): unknown => Object.fromEntries(bank.prepare('SELECT * FROM account').all().map(balanceOf));
const balanceOf = ({ owner, balance }: Record<string, unknown>): [string, unknown] => [String(owner), balance];
const drained = (): Promise<true> => eventually(() => broker().isEmpty(queues.queueUrl));

it('moves the money once, however often the job is delivered', async () => {
  await start(transfer);
  const id = randomUUID();
  await Promise.all(Array.from({ length: 5 }, () => send(id, 30)));
  await drained();
  await send(id, 30);
  await drained();
  expect(runs).toBeGreaterThan(1);
  expect(balances()).toEqual({ ann: 70, bob: 30 });
  expect(await consumer.records.get(id)).toMatchObject({ state: 'done', result: 30, attempts: 0 });
});

it('tries again what the balance refuses, dead-letters it with that sentence, and redriven does it once', async () => {
  await start(transfer);
  const id = randomUUID();
  await send(id, 130);
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl, { withinMs: 60_000 });
  const why = { reason: 'attempts', attempts: 5, jobId: id };
  expect(whyOf(letter ?? {})).toMatchObject({ ...why, error: expect.stringContaining('changed 0 rows, not 1') });
  expect(runs).toBe(5);
  await drained();
  expect(balances()).toEqual({ ann: 100, bob: 0 });
  expect(await consumer.records.get(id)).toMatchObject({ state: 'failed', reason: 'attempts', attempts: 5 });
  bank.exec("UPDATE account SET balance = 150 WHERE owner = 'ann'");
  await broker().send(queues.queueUrl, letter?.Body ?? '', { MessageAttributes: letter?.MessageAttributes });
  await eventually(async () => (await consumer.records.get(id))?.state === 'done');
  await drained();
  expect(balances()).toEqual({ ann: 20, bob: 130 });
  expect(runs).toBe(6);
}, 90_000);

it.each<[string, TestRun]>([
  ['a result that is no number', () => ({ result: NaN })],
  ['SQL that is no write', () => ({ result: 1, writes: [{ sql: 'DROP TABLE account' }] })],
])('dead-letters %s at once: the store would refuse it again', async (_case, work) => {
  await start(work);
  const id = randomUUID();
  await send(id, 1);
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'refused', attempts: 0, jobId: id });
  await drained();
  expect(runs).toBe(1);
  expect(await consumer.records.get(id)).toMatchObject({ state: 'failed', reason: 'refused' });
});

it('takes a table that does not exist for a fault of this effect, not of the store', async () => {
  await start(({ input }) => ({ result: input, writes: input > 1 ? [{ sql: 'DELETE FROM nowhere' }] : [] }));
  const [broken, whole] = [randomUUID(), randomUUID()];
  await send(broken, 2);
  await eventually(async () => ['failing', 'failed'].includes((await consumer.records.get(broken))?.state ?? ''));
  expect(consumer.transport.status().pauses).toEqual([]);
  await send(whole, 1);
  await eventually(async () => (await consumer.records.get(whole))?.state === 'done');
});

it('awaits work that takes its time', async () => {
  await start(async ({ input }) => Promise.resolve({ result: input * 2 }));
  const id = randomUUID();
  await send(id, 4);
  await eventually(async () => (await consumer.records.get(id))?.result === 8);
});

/** Pays once per key, and breaks down after the payment the first time: the caller cannot know that it was made. */
async function startProvider(): Promise<{ url: string; paid: Map<string, string>; close: () => void }> {
  const paid = new Map<string, string>();
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    request.resume().on('end', () => {
      response.statusCode = paid.has(key) ? 200 : 500;
      paid.set(key, paid.get(key) ?? String(paid.size + 1));
      response.end(paid.get(key));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { url: `http://127.0.0.1:${port}`, paid, close: () => server.close() };
}

it('pays elsewhere once: a payment whose answer was lost is asked for again under the same key', async () => {
  provider = await startProvider();
  await start(payAt(provider.url));
  const id = randomUUID();
  await Promise.all(Array.from({ length: 3 }, () => send(id, 30)));
  await eventually(async () => (await consumer.records.get(id))?.state === 'done', { withinMs: 25_000 });
  expect([...provider.paid]).toEqual([[id, '1']]);
  expect(await consumer.records.get(id)).toMatchObject({ result: 1 });
  await send(id, 31);
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'conflict', jobId: id });
}, 60_000);
