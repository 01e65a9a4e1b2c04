import { setTimeout as wait } from 'node:timers/promises';
import { DrainDeadline } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { Latch, scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker();
afterEach(stopConsumers);

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

it('finishes and deletes what is in flight, and takes nothing more', async () => {
  const queues = await broker().createQueues();
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script), concurrency: 20 });
  await Promise.all(Array.from({ length: 50 }, () => broker().send(queues.queueUrl, '{}')));
  await eventually(() => script.runs.length === 20);
  const stopped = consumer.stop();
  await eventually(() => consumer.transport.status().stopping);
  expect(consumer.transport.status().inFlight).toBe(20);
  latch.open();
  await stopped;
  expect(script.runs).toHaveLength(20);
  const { visible, inFlight, delayed } = await broker().depth(queues.queueUrl);
  expect({ left: visible + inFlight + delayed, stranded: inFlight }).toEqual({ left: 30, stranded: 0 });
});

it('keeps no timer that would keep the process alive', async () => {
  const queues = await broker().createQueues();
  const before = timers();
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script) });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  const stopped = consumer.stop();
  // The polls have ended by then, and the drain waits for the handler.
  await wait(1_200);
  expect(timers()).toBeGreaterThan(before);
  latch.open();
  await stopped;
  await eventually(() => timers() <= before, { withinMs: 2_000 });
});

it('is the same drain for everyone who asks, at once or later', async () => {
  const queues = await broker().createQueues();
  const script = new Script(() => wait(300));
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script) });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  await Promise.all([consumer.transport.drain(), consumer.transport.drain(), consumer.stop()]);
  await consumer.transport.drain();
  expect(await broker().isEmpty(queues.queueUrl)).toBe(true);
});

it('strands nothing under load, stopped in the middle again and again', async () => {
  const queues = await broker().createQueues();
  const script = new Script(() => wait(10 + Math.random() * 50));
  const sent = await Promise.all(Array.from({ length: 300 }, () => broker().send(queues.queueUrl, '{}')));
  for (let round = 0; round < 5; round += 1) {
    const before = script.runs.length;
    const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script), concurrency: 20 });
    await eventually(() => script.runs.length >= before + 30);
    await consumer.stop();
    expect((await broker().depth(queues.queueUrl)).inFlight).toBe(0);
  }
  await startConsumer({ broker: broker(), queues, ...scripted(script) });
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs.map(({ messageId }) => messageId).sort()).toEqual(sent.sort());
});

it('aborts and releases at the deadline what does not end', async () => {
  // A broker that does not notice an aborted long poll hands it the released message, so the lease is short.
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 3 } });
  const reasons: unknown[] = [];
  const script = new Script((_payload, { signal }) => {
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    return new Promise(() => undefined);
  });
  const before = timers();
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script), numbers: { drainSeconds: 2 } });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  await consumer.stop();
  expect(reasons).toEqual([expect.any(DrainDeadline)]);
  expect(consumer.transport.unreturned).toBe(1);
  await eventually(() => timers() <= before, { withinMs: 2_000 });
  await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 1, { withinMs: 25_000 });
});

it('gives handlers a moment to obey the signal at the deadline', async () => {
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 3 } });
  const latch = new Latch();
  const script = new Script(async (_payload, { signal }) => {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    await wait(300);
    latch.open();
    throw new Error('stopped tidily');
  });
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script), numbers: { drainSeconds: 2 } });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  await consumer.stop();
  await latch.opened;
  // It returned in time, so it is not among those that never did, and its job is given back.
  expect(consumer.transport.unreturned).toBe(0);
  await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 1, { withinMs: 25_000 });
});
