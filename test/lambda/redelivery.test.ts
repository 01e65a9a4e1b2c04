import { setTimeout as wait } from 'node:timers/promises';
import { type TestQueues, withBroker } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { HeldMessages } from './held-messages';
import { openStoreFile } from '../harness/store-file';

const broker = withBroker();
let queues: TestQueues;
beforeEach(async () => {
  queues = await broker().createQueues();
});
afterEach(stopConsumerApps);

const onLambda = (work: TestRun, variables: Readonly<Record<string, string>> = {}): Promise<ConsumerApp> =>
  startConsumerApp(queues, { AWS_LAMBDA_FUNCTION_NAME: 'consumer', ...variables }, { work });

const upTo = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

/** Each is done, without a failed run, and none is in the dead-letter queue. */
async function expectAllDone({ records }: ConsumerApp, { ids }: HeldMessages): Promise<void> {
  const all = await records.getMany([...ids.values()]);
  expect(all.filter(({ state, attempts }) => state !== 'done' || attempts > 0)).toEqual([]);
  expect(all).toHaveLength(ids.size);
  expect(await broker().isEmpty(queues.deadLetterQueueUrl)).toBe(true);
}

it('does all of what comes in events that hold far more than their time allows', async () => {
  const done: number[] = [];
  const consumer = await onLambda(
    async ({ input }, { signal }) => {
      await wait(50, undefined, { signal });
      done.push(input);
      return { result: input + 1 };
    },
    { CONCURRENCY: '10' },
  );
  // Six rounds of ten in the three quarters that handlers get.
  const messages = new HeldMessages(consumer.url, 420);
  messages.add(upTo(400).map((input) => ({ input })));
  const events = await messages.untilNoneIsLeft(60);
  expect(messages.left).toBe(0);
  expect(events).toBeGreaterThan(4);
  await expectAllDone(consumer, messages);
  expect(done.sort((one, other) => one - other)).toEqual(upTo(400));
}, 60_000);

it('dead-letters nothing for a store that was unavailable for thirty redeliveries', async () => {
  const consumer = await onLambda(({ input }) => ({ result: input + 1 }));
  const other = openStoreFile(consumer.resultsPath);
  other.exec('BEGIN EXCLUSIVE');
  const messages = new HeldMessages(consumer.url, 300);
  messages.add(upTo(3).map((input) => ({ input })));
  expect(await messages.untilNoneIsLeft(30)).toBe(30);
  expect(messages.left).toBe(3);
  other.exec('ROLLBACK');
  other.close();
  await eventually(async () => (await messages.event()).kept.length === 0, { withinMs: 30_000 });
  await expectAllDone(consumer, messages);
}, 90_000);

it('four failing heads of a FIFO group end as dead letters, and those behind them are done in their order', async () => {
  queues = await broker().createQueues({ fifo: true });
  const done: number[] = [];
  const consumer = await onLambda(({ input }) => {
    if (input < 4) throw new Error('always');
    done.push(input);
    return { result: input + 1 };
  });
  const messages = new HeldMessages(consumer.url, 5_000);
  messages.add(upTo(10).map((input) => ({ input, group: 'a' })));
  // Five runs each; what ends the one begins the next.
  expect(await messages.untilNoneIsLeft(40)).toBe(17);
  expect(done).toEqual([4, 5, 6, 7, 8, 9]);
  const letters = await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 4 });
  expect(letters.map((letter) => whyOf(letter))).toMatchObject(
    upTo(4).map(() => ({ reason: 'attempts', attempts: 5 })),
  );
  const records = await consumer.records.getMany([...messages.ids.values()]);
  expect(records.filter(({ state }) => state === 'done')).toHaveLength(6);
}, 60_000);

it.each([
  ['obeys its signal', true],
  ['ignores its signal', false],
])('takes the note of a run back that its deadline has stopped, where the handler %s', async (_, obeys) => {
  const released = new AbortController();
  const noted: (number | undefined)[] = [];
  const consumer = await onLambda(async ({ id, input }, { signal, records }) => {
    noted.push((await records.get(id))?.begun);
    await wait(60_000, undefined, { signal: obeys ? signal : released.signal });
    return { result: input + 1 };
  });
  const messages = new HeldMessages(consumer.url, 1_000);
  messages.add([{ input: 1, receives: 2 }]);
  expect((await messages.event()).kept).toEqual([1]);
  const record = await consumer.records.get(messages.ids.get(1) ?? '');
  expect(noted).toEqual([1]);
  expect(record?.begun ?? 0).toBe(0);
  expect(record?.attempts).toBe(0);
  released.abort();
});

it('begins no run after its deadline, when its note took that long to be written', async () => {
  const runs: number[] = [];
  const consumer = await onLambda(({ input }) => {
    runs.push(input);
    return { result: input + 1 };
  });
  const messages = new HeldMessages(consumer.url, 600);
  messages.add([{ input: 1, receives: 2 }]);
  const other = openStoreFile(consumer.resultsPath);
  other.exec('BEGIN EXCLUSIVE');
  expect((await messages.event()).kept).toEqual([1]);
  other.exec('ROLLBACK');
  other.close();
  const record = async () => consumer.records.get(messages.ids.get(1) ?? '');
  await eventually(async () => (await record()) !== undefined);
  await eventually(async () => ((await record())?.begun ?? 0) === 0);
  expect(runs).toEqual([]);
});
