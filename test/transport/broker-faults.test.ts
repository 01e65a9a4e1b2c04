import { type QueueOptions } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { behindProxies, scripted, Script, startConsumer, type RunningConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const { it, own } = behindProxies(broker, async () => ({
  queues: await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 3 } }),
  script: new Script(),
}));

const start = (numbers: Partial<QueueOptions> = {}): Promise<RunningConsumer> =>
  startConsumer({
    broker: { endpoint: own().proxy.endpoint, region: broker().region },
    queues: own().queues,
    ...scripted(own().script),
    numbers,
  });
const send = (count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => broker().send(own().queues.queueUrl, '{}')));
const drained = (): Promise<boolean> => eventually(() => broker().isEmpty(own().queues.queueUrl), { withinMs: 25_000 });
const ranOnceEach = async (sent: string[]): Promise<void> => {
  await eventually(() => own().script.runs.length >= sent.length, { withinMs: 25_000 });
  await drained();
  expect(
    own()
      .script.runs.map(({ messageId }) => messageId)
      .sort(),
  ).toEqual(sent.sort());
};

it('starts while the broker is unavailable, and works once it is there', async () => {
  await own().proxy.refuse();
  const consumer = await start();
  expect(consumer.transport.status().open).toBe(false);
  const sent = await send(5);
  await own().proxy.accept();
  await ranOnceEach(sent);
});

it('goes on by itself after the broker was gone, and says so meanwhile', async () => {
  const consumer = await start();
  const before = await send(5);
  await drained();
  await own().proxy.refuse();
  await eventually(() => consumer.transport.status().failing);
  const after = await send(5);
  await own().proxy.accept();
  await ranOnceEach([...before, ...after]);
  expect(consumer.transport.status().failing).toBe(false);
});

it('does not hammer a broker that throttles', async () => {
  own().proxy.rule('ReceiveMessage', 'throttle');
  const consumer = await start();
  await eventually(() => consumer.transport.status().failing);
  // Three failures take at least 0.125 + 0.25 s of waiting; without a backoff they are hundreds.
  expect(own().proxy.count('ReceiveMessage')).toBeLessThan(10);
  const sent = await send(5);
  own().proxy.clear();
  await ranOnceEach(sent);
});

it('runs nothing twice when deletes fail in part', async () => {
  own().proxy.rule('DeleteMessageBatch', ({ nth }) =>
    nth <= 3 ? { failEntries: (_entry, index) => index % 2 === 0 } : 'pass',
  );
  await start();
  const sent = await send(30);
  await ranOnceEach(sent);
});

it('runs nothing twice when deletes are throttled, reset or answered with silence', async () => {
  const verdicts = ['throttle', 'reset', 'swallow', 'drop'] as const;
  own().proxy.rule('DeleteMessageBatch', ({ nth }) => verdicts[nth - 1] ?? 'pass');
  await start();
  const sent = await send(4);
  await ranOnceEach(sent);
});

it('only deletes what was done and could not be deleted before, when it comes again', async () => {
  const refused = { failEntries: () => true, senderFault: true, code: 'ReceiptHandleIsInvalid' };
  own().proxy.rule('DeleteMessageBatch', ({ nth }) => (nth === 1 ? refused : 'pass'));
  await start();
  const sent = await send(1);
  await ranOnceEach(sent);
  expect(own().proxy.count('DeleteMessageBatch')).toBe(2);
});

it('dead-letters nothing and loses nothing while the dead-letter queue is unavailable', async () => {
  own().proxy.rule('SendMessageBatch', ({ nth }) => (nth === 1 ? { failEntries: () => true } : 'pass'));
  own().script.become(() => {
    throw new TypeError('never mind');
  });
  await start();
  await broker().send(own().queues.queueUrl, 'not JSON');
  await eventually(async () => (await broker().depth(own().queues.deadLetterQueueUrl)).visible === 1, {
    withinMs: 20_000,
  });
  expect(own().script.runs).toEqual([]);
  await drained();
});

it('stops receiving while paused, and goes on when every reason is resumed', async () => {
  const consumer = await start({ receiveWaitSeconds: 1 });
  await send(1);
  await drained();
  consumer.transport.pause('store');
  consumer.transport.pause('operator');
  await eventually(() => consumer.transport.status().pollAgeMs === 0, { withinMs: 25_000 });
  const asked = own().proxy.count('ReceiveMessage');
  await send(1);
  consumer.transport.resume('store');
  expect(consumer.transport.status().pauses).toEqual(['operator']);
  expect(own().proxy.count('ReceiveMessage')).toBe(asked);
  consumer.transport.resume('operator');
  await drained();
  expect(own().script.runs).toHaveLength(2);
});
