import { setTimeout as wait } from 'node:timers/promises';
import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { retry } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { Latch, scripted, Script, startConsumer, stopConsumers, type RunningConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { VisibilityLog } from '../harness/visibility-log';

const broker = withBroker({ manyOfAGroup: true });
let proxy: FaultProxy;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
});
afterEach(async () => {
  await stopConsumers();
  await proxy.close();
});

const start = (
  queues: TestQueues,
  script: Script,
  rest: { readonly concurrency: number; readonly numbers?: { readonly handlerTimeoutSeconds: number } },
): Promise<RunningConsumer> =>
  startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    ...rest,
  });
const allDone = ({ queueUrl }: TestQueues, withinMs = 20_000): Promise<boolean> =>
  eventually(() => broker().isEmpty(queueUrl), { withinMs });
const sendInOrder = async ({ queueUrl }: TestQueues, group: string, count: number): Promise<void> => {
  for (let place = 0; place < count; place += 1) {
    const MessageDeduplicationId = `${group}${place}`;
    await broker().send(queueUrl, JSON.stringify({ group, place }), { MessageGroupId: group, MessageDeduplicationId });
  }
};
const places = (script: Script, group: string): number[] =>
  script.runs.flatMap(({ payload }) => {
    const job = payload as { group: string; place: number };
    return job.group === group ? [job.place] : [];
  });

it('keeps its room though every receive brings the same messages again', async () => {
  const queues = await broker().createQueues();
  proxy.rule('ReceiveMessage', 'duplicate');
  const script = new Script(() => wait(150));
  await Promise.all(Array.from({ length: 12 }, () => broker().send(queues.queueUrl, '{}')));
  const consumer = await start(queues, script, { concurrency: 4 });
  await allDone(queues);
  proxy.clear();
  const latch = new Latch();
  script.become(() => latch.opened);
  await Promise.all(Array.from({ length: 4 }, () => broker().send(queues.queueUrl, '{}')));
  // All four permits are there still.
  await eventually(() => consumer.transport.status().inFlight === 4);
  latch.open();
  await allDone(queues);
});

it('has its permits back from handlers that return late', async () => {
  const queues = await broker().createQueues();
  const latch = new Latch();
  const script = new Script((payload) => (payload === 'slow' ? latch.opened : undefined));
  const consumer = await start(queues, script, { concurrency: 2, numbers: { handlerTimeoutSeconds: 1 } });
  await Promise.all(['"slow"', '"slow"'].map((body) => broker().send(queues.queueUrl, body)));
  await eventually(() => consumer.transport.status().stuckMs > 0);
  expect(consumer.transport.unreturned).toBe(2);
  await broker().send(queues.queueUrl, '"quick"');
  latch.open();
  await allDone(queues);
  expect(script.runs.map(({ payload }) => payload).sort()).toEqual(['quick', 'slow', 'slow']);
  expect({ unreturned: consumer.transport.unreturned, stuckMs: consumer.transport.status().stuckMs }).toEqual({
    unreturned: 0,
    stuckMs: 0,
  });
});

it('gives its one permit to others while a job of a FIFO group waits to be tried again', async () => {
  const queues = await broker().createQueues({ fifo: true });
  await sendInOrder(queues, 'bad', 2);
  let failed = false;
  const script: Script = new Script((payload) => {
    if ((payload as { group: string }).group !== 'bad' || failed) return undefined;
    failed = true;
    return retry('once', 1);
  });
  const actions: string[] = [];
  const { transport } = await start(queues, script, { concurrency: 1 });
  transport.onSettled(({ action }) => actions.push(action));
  // One that kept its permit meanwhile would be given back after half a lease, 15 s.
  await allDone(queues, 8_000);
  expect(places(script, 'bad')).toEqual([0, 0, 1]);
  // It was tried again here, and its handler saw that.
  await eventually(() => actions.length >= 2);
  expect(actions).toEqual(['delete', 'delete']);
  expect(script.runs.map(({ receiveCount }) => receiveCount)).toEqual([1, 2, 1]);
});

/** Sends two jobs to a consumer with one permit. Both must begin while the latch holds up the first. */
async function expectBothToBegin(script: Script, latch: Latch): Promise<void> {
  const queues = await broker().createQueues();
  await start(queues, script, { concurrency: 1 });
  for (let count = 0; count < 2; count += 1) await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 2);
  latch.open();
  await allDone(queues);
}

it('begins the next with the one permit while a job is recorded', async () => {
  const latch = new Latch();
  const script = new Script((_payload, context) => {
    context.workEnded();
    return latch.opened;
  });
  await expectBothToBegin(script, latch);
});

it('begins the next with the one permit while a delete has no answer yet', async () => {
  const latch = new Latch();
  proxy.rule('DeleteMessageBatch', {
    answer: async (forward) => {
      await latch.opened;
      return forward();
    },
  });
  await expectBothToBegin(new Script(), latch);
});

it('asks for no more than it has room for while jobs of FIFO groups wait to be tried again', async () => {
  const queues = await broker().createQueues({ fifo: true });
  const groups = Array.from({ length: 6 }, (_, number) => `group${number}`);
  for (const group of groups) await sendInOrder(queues, group, 1);
  const script = new Script(() => retry('much later', 600));
  const consumer = await start(queues, script, { concurrency: 3 });
  await eventually(() => script.runs.length >= 3);
  await wait(300);
  // Three wait here under their leases; the rest is for other consumers.
  expect(consumer.transport.status().inFlight).toBe(3);
});

it('runs nothing behind the head of a group that is past its timeout, before that has run again', async () => {
  // LocalStack locks no group while some of it are in flight, and hands the head out again only after its lease.
  if (broker().kind === 'external') return;
  const queues = await broker().createQueues({ fifo: true, numbers: { visibilityTimeoutSeconds: 5 } });
  await sendInOrder(queues, 'one', 5);
  const latch = new Latch();
  const script: Script = new Script(() => (script.runs.length === 1 ? latch.opened : undefined));
  await start(queues, script, { concurrency: 10, numbers: { handlerTimeoutSeconds: 1 } });
  await eventually(() => script.runs.length >= 2, { withinMs: 15_000 });
  await allDone(queues);
  latch.open();
  expect(places(script, 'one')).toEqual([0, 0, 1, 2, 3, 4]);
});

it('begins no follower of a group once a drain has begun', async () => {
  const queues = await broker().createQueues({ fifo: true });
  await sendInOrder(queues, 'one', 5);
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const consumer = await start(queues, script, { concurrency: 10 });
  await eventually(() => consumer.transport.status().inFlight === 5);
  const stopped = consumer.stop();
  await eventually(() => consumer.transport.status().stopping);
  // The polls have ended by then, and the drain waits for the head.
  await wait(1_200);
  latch.open();
  await stopped;
  expect(places(script, 'one')).toEqual([0]);
  // On ElasticMQ and LocalStack a long poll whose client has gone may hold some of them.
  const { visible, inFlight } = await broker().depth(queues.queueUrl);
  expect(visible + inFlight).toBe(4);
});

it('receives nothing while paused, also where a poller had waited for room', async () => {
  const queues = await broker().createQueues();
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const consumer = await start(queues, script, { concurrency: 1 });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  const asked = proxy.count('ReceiveMessage');
  consumer.transport.pause('store');
  latch.open();
  await eventually(() => consumer.transport.status().inFlight === 0);
  await broker().send(queues.queueUrl, '{}');
  // Room is handed out within 20 ms.
  await wait(300);
  expect(proxy.count('ReceiveMessage')).toBe(asked);
  consumer.transport.resume('store');
  await allDone(queues);
  expect(script.runs).toHaveLength(2);
});

it('gives back at a drain what a poll still brings, and waits until it is given back', async () => {
  const queues = await broker().createQueues();
  const arrived = new Latch();
  proxy.rule('ReceiveMessage', {
    answer: async (forward) => {
      const answer = await forward();
      if (!answer.body.includes('MessageId')) return answer;
      arrived.open();
      await eventually(() => consumer.transport.status().stopping);
      return answer;
    },
  });
  const changes = new VisibilityLog(
    proxy,
    () => 'passes',
    () => wait(300),
  );
  const script = new Script();
  const consumer = await start(queues, script, { concurrency: 1 });
  await broker().send(queues.queueUrl, '{}');
  await arrived.opened;
  await consumer.stop();
  expect([changes.releases, script.runs.length]).toEqual([1, 0]);
});

it('gives back what a poll brings that was on its way when receiving was paused', async () => {
  const queues = await broker().createQueues();
  const script = new Script();
  const consumer = await start(queues, script, { concurrency: 1 });
  await eventually(() => proxy.count('ReceiveMessage') === 1);
  consumer.transport.pause('store');
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => proxy.count('ChangeMessageVisibilityBatch') === 1);
  expect(await broker().depth(queues.queueUrl)).toMatchObject({ visible: 1, inFlight: 0 });
  expect(script.runs).toEqual([]);
  consumer.transport.resume('store');
  await allDone(queues);
});
