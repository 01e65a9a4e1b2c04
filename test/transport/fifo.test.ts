import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { reject, retry } from '../../transport/index';
import { type TestQueues, withBroker } from '../harness/broker';
import {
  besideOthers,
  Latch,
  type RunningConsumer,
  Script,
  scripted,
  startConsumer,
  stopConsumers,
} from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const { it } = besideOthers();

/** The jobs of a test say their group and their place in it. */
interface Place {
  readonly group: string;
  readonly place: number;
}

/** Runs as they began and ended, in order. */
class Course {
  readonly begun: Place[] = [];
  readonly overlaps: Place[] = [];
  private readonly running = new Set<string>();
  readonly script: Script;

  constructor(work: (job: Place, run: number, signal: AbortSignal) => unknown) {
    this.script = new Script(async (payload, { signal }) => {
      const job = payload as Place;
      if (this.running.has(job.group)) this.overlaps.push(job);
      this.running.add(job.group);
      this.begun.push(job);
      const run = this.begun.filter((one) => one.group === job.group && one.place === job.place).length;
      try {
        return await work(job, run, signal);
      } finally {
        this.running.delete(job.group);
      }
    });
  }

  places(group: string): number[] {
    return this.begun.filter((job) => job.group === group).map(({ place }) => place);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

async function send(queueUrl: string, group: string, count: number): Promise<void> {
  for (const place of upTo(count)) {
    const dedup = queueUrl.endsWith('.fifo') ? { MessageDeduplicationId: randomUUID() } : {};
    await broker().send(queueUrl, JSON.stringify({ group, place }), { MessageGroupId: group, ...dedup });
  }
}

const start = (queues: TestQueues, course: Course, endpoint = broker().endpoint): Promise<RunningConsumer> =>
  startConsumer({ broker: { endpoint, region: broker().region }, queues, ...scripted(course.script) });

it('runs each group in its order, one at a time, and groups side by side', async () => {
  const queues = await broker().createQueues({ fifo: true });
  const groups = upTo(10).map((number) => `group-${number}`);
  await Promise.all(groups.map((group) => send(queues.queueUrl, group, 20)));
  let most = 0;
  let now = 0;
  const course = new Course(async () => {
    now += 1;
    most = Math.max(most, now);
    await wait(Math.random() * 20);
    now -= 1;
  });
  await start(queues, course);
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  for (const group of groups) expect(course.places(group)).toEqual(upTo(20));
  expect(course.overlaps).toEqual([]);
  expect(most).toBeGreaterThan(1);
});

it('a failing job stops its group only, which waits behind it', async () => {
  const queues = await broker().createQueues({ fifo: true });
  const others = new Latch();
  const course = new Course(async ({ group, place }, run) => {
    if (group === 'good' && place === 9) others.open();
    if (group !== 'bad' || place !== 0 || run > 2) return undefined;
    // Fails for the second time when the other group is through.
    if (run === 2) await others.opened;
    return retry('not yet', 0);
  });
  await Promise.all(['bad', 'good'].map((group) => send(queues.queueUrl, group, 10)));
  await start(queues, course);
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  expect(course.places('bad')).toEqual([0, 0, ...upTo(10)]);
  expect(course.places('good')).toEqual(upTo(10));
  expect(course.overlaps).toEqual([]);
});

it('a job that is dead-lettered lets its group go on', async () => {
  const queues = await broker().createQueues({ fifo: true });
  const course = new Course(({ place }) => {
    if (place === 1) return reject('closed', 'the account is closed');
    return place === 0 ? retry('never', 0) : undefined;
  });
  await send(queues.queueUrl, 'one', 4);
  await start(queues, course);
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  expect(course.places('one')).toEqual([0, 0, 0, 0, 0, 1, 2, 3]);
  const letters = await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 2 });
  // Each is a group of its own there.
  expect(letters.map((letter) => whyOf(letter).reason).sort()).toEqual(['attempts', 'closed']);
});

it('two dead letters of the same body within five minutes both arrive', async () => {
  const queues = await broker().createQueues({ fifo: true });
  const course = new Course(() => reject('closed', 'the account is closed'));
  await start(queues, course);
  await send(queues.queueUrl, 'one', 1);
  await send(queues.queueUrl, 'one', 1);
  const letters = await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 2 });
  expect(new Set(letters.map((letter) => whyOf(letter).sourceMessageId)).size).toBe(2);
});

it('a lost lease: nothing behind it runs before it has run again', async () => {
  const proxy = await startFaultProxy(broker().endpoint);
  const numbers = { visibilityTimeoutSeconds: 2, maxAttempts: 100 };
  const queues = await broker().createQueues({ fifo: true, numbers });
  await send(queues.queueUrl, 'one', 5);
  const course = new Course(async ({ place }, run, signal) => {
    if (place > 0 || run > 1) return;
    // Nor can it come again here, which would go on with it: only a poll on its way may still bring it, once.
    for (const action of ['ChangeMessageVisibilityBatch', 'ReceiveMessage']) proxy.rule(action, 'drop');
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    proxy.clear();
    throw new Error('the lease is lost');
  });
  // Without a store each receive counts.
  await startConsumer({
    broker: { region: broker().region, endpoint: proxy.endpoint },
    queues,
    ...scripted(course.script),
    numbers,
  });
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  expect(course.places('one')).toEqual([0, ...upTo(5)]);
  await stopConsumers();
  await proxy.close();
});

it('a drain in the middle: the next consumer goes on in the same order', async () => {
  const queues = await broker().createQueues({ fifo: true });
  await Promise.all(['one', 'two'].map((group) => send(queues.queueUrl, group, 15)));
  const third = new Latch();
  const course = new Course(async ({ place }) => {
    if (place !== 3) return;
    third.open();
    await wait(100);
  });
  const first = await start(queues, course);
  await third.opened;
  await first.stop();
  const after = course.begun.length;
  expect(after).toBeLessThan(30);
  await start(queues, course);
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  for (const group of ['one', 'two']) expect(course.places(group)).toEqual(upTo(15));
});

it('a drain while a group waits for a retry: it does not wait, and the order holds', async () => {
  const queues = await broker().createQueues({ fifo: true });
  await send(queues.queueUrl, 'one', 5);
  const failed = new Latch();
  const course = new Course((_job, run) => {
    if (course.begun.length > 1 || run > 1) return undefined;
    failed.open();
    return retry('much later', 600);
  });
  const first = await start(queues, course);
  await failed.opened;
  const stopped = first.stop();
  // Sooner than at its deadline.
  await eventually(() => first.transport.status().inFlight === 0, { withinMs: 15_000 });
  await stopped;
  await start(queues, course);
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  expect(course.places('one')).toEqual([0, ...upTo(5)]);
});

it('on a standard queue a group shares fairly and orders nothing', async () => {
  const queues = await broker().createQueues();
  await send(queues.queueUrl, 'one', 5);
  const all = new Latch();
  const course = new Course(async () => {
    if (course.begun.length === 5) all.open();
    await all.opened;
  });
  await start(queues, course);
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  expect(course.places('one').sort()).toEqual(upTo(5));
});
