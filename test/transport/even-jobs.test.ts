import { setTimeout as wait } from 'node:timers/promises';
import { type TestQueues, withBroker } from '../harness/broker';
import { Latch, type RunningConsumer, Script, scripted, startConsumer, stopConsumers } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { notedAttempts, Notes } from '../harness/noted-attempts';

const broker = withBroker();
afterEach(stopConsumers);

const send = (queueUrl: string, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => broker().send(queueUrl, '{}')));

/** Keeps `count` messages visible until `ms` are over; tells how many it has sent. */
async function feed(queueUrl: string, count: number, ms: number): Promise<number> {
  let sent = 0;
  for (const until = performance.now() + ms; performance.now() < until;) {
    const { visible } = await broker().depth(queueUrl);
    sent += (await send(queueUrl, Math.max(0, count - visible))).length;
    await wait(100);
  }
  return sent;
}

const start = (queues: TestQueues, script: Script, concurrency: number): Promise<RunningConsumer> =>
  startConsumer({
    broker: broker(),
    queues,
    ...scripted(script),
    concurrency,
    attempts: notedAttempts(new Notes()),
  });

it.each([20, 40])(
  'jobs of even length cost one receive each: %d at once',
  async (concurrency) => {
    const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 3 } });
    const script = new Script(() => wait(700));
    await start(queues, script, concurrency);
    const sent = await feed(queues.queueUrl, 35, 12_000);
    await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
    expect(script.runs).toHaveLength(sent);
    const wasted = script.runs.filter(({ receiveCount }) => receiveCount > 1).length;
    expect(wasted).toBeLessThanOrEqual(sent / 50);
    expect(await broker().isEmpty(queues.deadLetterQueueUrl)).toBe(true);
  },
  60_000,
);

it('a consumer that is busy holds nothing that an idle one could run', async () => {
  const queues = await broker().createQueues();
  const latch = new Latch();
  const busy = new Script(() => latch.opened);
  const idle = new Script();
  await send(queues.queueUrl, 60);
  await start(queues, busy, 20);
  await eventually(() => busy.runs.length === 20);
  await start(queues, idle, 20);
  await eventually(() => idle.runs.length === 40);
  await send(queues.queueUrl, 40);
  await eventually(() => idle.runs.length === 80);
  expect(busy.runs).toHaveLength(20);
  latch.open();
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect([...busy.runs, ...idle.runs].every(({ receiveCount }) => receiveCount === 1)).toBe(true);
});
