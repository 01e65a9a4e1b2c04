import { randomUUID } from 'node:crypto';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps, type ConsumerApp } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
let queues: TestQueues;
let consumer: ConsumerApp;
let runs = 0;

async function start(work: TestRun): Promise<void> {
  runs = 0;
  queues = await broker().createQueues();
  const counted: TestRun = (job, context) => {
    runs += 1;
    return work(job, context);
  };
  consumer = await startConsumerApp(queues, {}, { work: counted });
}
afterEach(stopConsumerApps);

const send = (id: string, input: number): Promise<string> =>
  broker().send(queues.queueUrl, JSON.stringify({ id, input }));
const drained = (): Promise<true> => eventually(() => broker().isEmpty(queues.queueUrl));

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

it('records an effect whatever fields of its own it has', async () => {
  const receipt = { result: 5, outcome: 'paid' };
  await start(() => receipt);
  const id = randomUUID();
  await send(id, 1);
  await drained();
  expect(await consumer.records.get(id)).toMatchObject({ state: 'done', result: 5 });
});
