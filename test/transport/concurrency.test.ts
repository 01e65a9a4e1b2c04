import { setTimeout as wait } from 'node:timers/promises';
import { withBroker } from '../harness/broker';
import { Latch, scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker();
afterEach(stopConsumers);

const sendMany = async (queueUrl: string, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => broker().send(queueUrl, '{}')));

it('runs this many handlers at once and no more, while others are on their way in and out', async () => {
  const queues = await broker().createQueues();
  let running = 0;
  const seen = { running: 0, inFlight: 0 };
  const script = new Script(async () => {
    running += 1;
    seen.running = Math.max(seen.running, running);
    seen.inFlight = Math.max(seen.inFlight, consumer.transport.status().inFlight);
    await wait(5);
    running -= 1;
  });
  const sent = await sendMany(queues.queueUrl, 200);
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script), concurrency: 5 });
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs.map(({ messageId }) => messageId).sort()).toEqual(sent.sort());
  expect(seen.running).toBe(5);
  // Five run, five at most wait for a permit, five at most wait to be deleted.
  expect(seen.inFlight).toBeGreaterThan(5);
  expect(seen.inFlight).toBeLessThanOrEqual(15);
});

it('gives back at a drain, at once, what waits for a permit', async () => {
  const queues = await broker().createQueues();
  const latch = new Latch();
  const script: Script = new Script(() => (script.runs.length < 400 ? undefined : latch.opened));
  const sent = await sendMany(queues.queueUrl, 500);
  const consumer = await startConsumer({ broker: broker(), queues, ...scripted(script), concurrency: 20 });
  await eventually(() => script.runs.length === 419);
  const stopped = consumer.stop();
  await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 500 - 419);
  latch.open();
  await stopped;
  expect(script.runs).toHaveLength(419);
  await startConsumer({ broker: broker(), queues, ...scripted(script) });
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs.map(({ messageId }) => messageId).sort()).toEqual(sent.sort());
  // They had been received before.
  expect(script.runs.slice(419).some(({ receiveCount }) => receiveCount === 2)).toBe(true);
});

it('gives back what has waited too long for a permit, and begins it when there is one', async () => {
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 10 } });
  const latch = new Latch();
  const script: Script = new Script(() => (script.runs.length < 400 ? undefined : latch.opened));
  const sent = await sendMany(queues.queueUrl, 500);
  await startConsumer({ broker: broker(), queues, ...scripted(script), concurrency: 20 });
  await eventually(() => script.runs.length === 419);
  await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 500 - 419, { withinMs: 15_000 });
  latch.open();
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs.map(({ messageId }) => messageId).sort()).toEqual(sent.sort());
});
