import { setTimeout as wait } from 'node:timers/promises';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { type Delivery, retry } from '../../transport/index';
import { type TestQueues, withBroker } from '../harness/broker';
import { Latch, type RunningConsumer, Script, scripted, startConsumer, stopConsumers } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { notedAttempts, Notes } from '../harness/noted-attempts';
import { VisibilityLog } from '../harness/visibility-log';

const broker = withBroker();
let queues: TestQueues;
let notes: Notes;
beforeEach(async () => {
  queues = await broker().createQueues();
  notes = new Notes();
});
afterEach(stopConsumers);

const start = (script: Script, concurrency = 100): Promise<RunningConsumer> =>
  startConsumer({ broker: broker(), queues, ...scripted(script), attempts: notedAttempts(notes), concurrency });

/** Receives whose consumer dies: their leases end, here after no time. */
async function receiveInVain(times: number): Promise<void> {
  for (let receive = 1; receive <= times; receive += 1) {
    await eventually(async () => (await broker().receive(queues.queueUrl, 0, 1)).length === 1);
  }
}

const allDone = (): Promise<boolean> => eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });

it('does not run what began fifteen times without an outcome', async () => {
  const id = await broker().send(queues.queueUrl, '{}');
  await receiveInVain(1);
  notes.begun.set(id, 15);
  const script = new Script();
  await start(script);
  const [message] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(message ?? {})).toMatchObject({ reason: 'unsettled', attempts: 0 });
  expect(script.runs).toEqual([]);
});

it('runs what was received forty times and never begun', async () => {
  await broker().send(queues.queueUrl, '{}');
  await receiveInVain(40);
  const script = new Script();
  await start(script);
  await allDone();
  expect(script.runs).toHaveLength(1);
});

it('notes nothing of a run of the first or second receive', async () => {
  const seen: number[] = [];
  const script: Script = new Script((_payload, { messageId }) => {
    seen.push(notes.begun.get(messageId) ?? 0);
    if (seen.length === 1) throw new Error('once');
  });
  await broker().send(queues.queueUrl, '{}');
  await start(script);
  await allDone();
  expect({ seen, ever: notes.begun.size }).toEqual({ seen: [0, 0], ever: 0 });
});

it('notes the run of the third receive before it begins, and takes the note back when it has ended', async () => {
  const id = await broker().send(queues.queueUrl, '{}');
  await receiveInVain(2);
  const seen: (number | undefined)[] = [];
  const script = new Script(() => {
    seen.push(notes.begun.get(id));
    if (seen.length === 1) throw new Error('once');
  });
  await start(script);
  await allDone();
  expect(seen).toEqual([1, 1]);
  expect(notes.begun.get(id)).toBe(0);
  expect(notes.attempts.get(id)).toBe(1);
});

it('takes the note of a run back that a drain has stopped', async () => {
  const id = await broker().send(queues.queueUrl, '{}');
  await receiveInVain(2);
  const script = new Script(
    (_payload, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      }),
  );
  const consumer = await startConsumer({
    broker: broker(),
    queues,
    ...scripted(script),
    attempts: notedAttempts(notes),
    numbers: { drainSeconds: 2 },
  });
  await eventually(() => notes.begun.get(id) === 1 && script.runs.length === 1);
  await consumer.stop();
  expect(notes.begun.get(id)).toBe(0);
  expect(notes.attempts.get(id)).toBeUndefined();
});

it('takes no note back twice, though its FIFO queue tries the job again here', async () => {
  queues = await broker().createQueues({ fifo: true });
  const id = await broker().send(queues.queueUrl, '{}', { MessageGroupId: 'one', MessageDeduplicationId: 'one' });
  await receiveInVain(1);
  // The note of another delivery, which is gone when this one has failed, and of a third.
  notes.begun.set(id, 1);
  const seen: (number | undefined)[] = [];
  const script = new Script(() => {
    seen.push(notes.begun.get(id));
    notes.begun.set(id, 1);
    return seen.length === 1 ? retry('once', 0) : undefined;
  });
  await start(script);
  await allDone();
  expect(seen).toEqual([2, 0]);
  expect(notes.begun.get(id)).toBe(1);
});

it('gives a message back at a drain whose note takes a while to be taken back', async () => {
  const proxy = await startFaultProxy(broker().endpoint);
  const changes = new VisibilityLog(proxy);
  const id = await broker().send(queues.queueUrl, '{}');
  await receiveInVain(2);
  class Slow extends notedAttempts(notes) {
    override async takeBack(delivery: Delivery): Promise<void> {
      await wait(300);
      return super.takeBack(delivery);
    }
  }
  const script = new Script(() => new Promise(() => undefined));
  const consumer = await startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    attempts: Slow,
    numbers: { drainSeconds: 2 },
  });
  await eventually(() => script.runs.length === 1);
  await consumer.stop();
  await proxy.close();
  expect([notes.begun.get(id), changes.releases]).toEqual([0, 1]);
});

it('runs jobs with such runs one at a time, fewest first, and all others beside them', async () => {
  const order: string[] = [];
  const begunNames = (): string[] => order.filter((name) => name !== 'fresh');
  const latch = new Latch();
  let together = 0;
  let most = 0;
  const script = new Script(async (payload) => {
    const { name, begun } = payload as { name: string; begun: number };
    order.push(name);
    if (begun === 0) return;
    const isFirst = together === 0 && begunNames().length === 1;
    together += 1;
    most = Math.max(most, together);
    await (isFirst ? latch.opened : wait(20));
    together -= 1;
  });
  const send = async (name: string, begun: number): Promise<void> => {
    const id = await broker().send(queues.queueUrl, JSON.stringify({ name, begun }));
    if (begun > 0) notes.begun.set(id, begun);
  };
  await send('one', 1);
  await send('nine', 9);
  await send('two', 2);
  await send('five', 5);
  await send('fresh', 0);
  // Received before, as everything that has begun was.
  await eventually(async () => (await broker().receive(queues.queueUrl, 0, 1)).length === 5);
  await start(script);
  await eventually(() => order.includes('fresh'));
  latch.open();
  await allDone();
  expect(most).toBe(1);
  // Which comes first is the broker's to say; it held the others up until the latch opened.
  const [first = '', ...others] = begunNames();
  expect(others).toEqual(['one', 'two', 'five', 'nine'].filter((name) => name !== first));
  expect(order.indexOf('fresh')).toBeLessThan(2);
});

it('hides what waits in vain for its turn among such jobs, so that others have the room', async () => {
  queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } });
  const proxy = await startFaultProxy(broker().endpoint);
  const changes = new VisibilityLog(proxy);
  const latch = new Latch();
  const names: string[] = [];
  const script = new Script(async (payload) => {
    const { name, begun } = payload as { name: string; begun: boolean };
    names.push(name);
    if (begun && names.filter((one) => one.startsWith('begun')).length === 1) await latch.opened;
  });
  const send = async (name: string, begun: boolean): Promise<void> => {
    const id = await broker().send(queues.queueUrl, JSON.stringify({ name, begun }));
    if (begun) notes.begun.set(id, 1);
  };
  for (const nth of [1, 2, 3, 4]) await send(`begun ${nth}`, true);
  await eventually(async () => (await broker().receive(queues.queueUrl, 0, 1)).length === 4);
  await startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    attempts: notedAttempts(notes),
    concurrency: 4,
  });
  // One runs, one is first in the line, and two are hidden for eight times their wait of half a lease.
  await eventually(() => changes.seconds.filter((seconds) => seconds === 8).length === 2);
  for (const nth of [1, 2, 3, 4]) await send(`fresh ${nth}`, false);
  await eventually(() => names.filter((name) => name.startsWith('fresh')).length === 4);
  expect(changes.seconds.filter((seconds) => seconds === 8)).toHaveLength(2);
  latch.open();
  await allDone();
  expect(names.filter((name) => name.startsWith('begun'))).toHaveLength(4);
  await proxy.close();
});
