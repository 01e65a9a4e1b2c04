import { setTimeout as wait } from 'node:timers/promises';
import { type TestQueues, withBroker } from '../harness/broker';
import { besideOthers, Latch, type RunningConsumer, Script, scripted, startConsumer } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { notedAttempts, Notes } from '../harness/noted-attempts';

const broker = withBroker();
const { it } = besideOthers();

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

it.each([
  { concurrency: 40, ms: 700, forMs: 12_000 },
  // Longer than two leases, and than anything has ever waited for a permit.
  { concurrency: 20, ms: 6_000, forMs: 20_000 },
])(
  'jobs of even length cost one receive each: $concurrency at once, $ms ms',
  async ({ concurrency, ms, forMs }) => {
    const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 3 } });
    const script = new Script(() => wait(ms));
    await start(queues, script, concurrency);
    const sent = await feed(queues.queueUrl, 35, forMs);
    await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 30_000 });
    expect(script.runs).toHaveLength(sent);
    const wasted = script.runs.filter(({ receiveCount }) => receiveCount > 1).length;
    expect(wasted).toBeLessThanOrEqual(sent / 50);
    expect(await broker().isEmpty(queues.deadLetterQueueUrl)).toBe(true);
  },
  90_000,
);

it('a consumer that is busy holds nothing that an idle one could run', async () => {
  const queues = await broker().createQueues();
  const latch = new Latch();
  // Twenty that end together, and then twenty that stay.
  const busy: Script = new Script(() => (busy.runs.length <= 20 ? wait(200) : latch.opened));
  const idle = new Script();
  await send(queues.queueUrl, 100);
  await start(queues, busy, 20);
  await eventually(() => busy.runs.length === 40);
  await start(queues, idle, 20);
  await eventually(() => idle.runs.length === 60, { withinMs: 3_000 });
  await send(queues.queueUrl, 40);
  await eventually(() => idle.runs.length === 100, { withinMs: 3_000 });
  expect(busy.runs).toHaveLength(40);
  latch.open();
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect([...busy.runs, ...idle.runs].every(({ receiveCount }) => receiveCount === 1)).toBe(true);
});
