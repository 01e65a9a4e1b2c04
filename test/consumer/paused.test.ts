import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { withBroker, type TestQueues } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const said: string[] = [];
const begun: { readonly id: string; readonly at: number }[] = [];
let queues: TestQueues;
let consumer: ConsumerApp;
let fifo: boolean;
let workMs = 0;

const work: TestRun = async ({ id, input }) => {
  begun.push({ id, at: performance.now() });
  await wait(workMs);
  return { result: input + 1 };
};

const keep = (level: string) => (text: unknown, context: unknown) =>
  context === 'PauseWatch' && said.push(`${level} ${String(text)}`);
const logger = { log: keep('log'), warn: keep('warn'), error: keep('error') };

afterEach(stopConsumerApps);

async function start(variables: Readonly<Record<string, string>> = {}): Promise<void> {
  consumer = await startConsumerApp(queues, variables, { work, logger });
}

async function ready(): Promise<unknown> {
  const answer = await fetch(`${consumer.url}/health/ready`);
  return { code: answer.status, ...((await answer.json()) as object) };
}

const key = (): string => queues.queueUrl.slice(queues.queueUrl.lastIndexOf('/') + 1);
const pause = (value: object = { who: 'ann@desk' }): Promise<void> =>
  consumer.records.notes.put({ kind: 'pause', key: key(), at: Date.now(), value });
const resume = (): Promise<void> => consumer.records.notes.remove('pause', key());
const isPaused = (): boolean => consumer.transport.status().pauses.includes('operator');

/** By the time that no poll is under way, what one brought is given back. */
const pollsAreOver = (): Promise<true> =>
  eventually(() => consumer.transport.status().pollAgeMs === 0, { withinMs: 25_000 });

/** Jobs in two groups, whose order is that of their ids' places. */
async function send(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const [place, id] of ids.entries())
    await broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }), {
      ...(fifo && { MessageGroupId: String(place % 2), MessageDeduplicationId: id }),
    });
  return ids;
}

const ran = (): string[] => begun.map(({ id }) => id);

async function allDoneOnce(ids: readonly string[]): Promise<void> {
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 60_000 });
  const records = await consumer.records.getMany(ids);
  expect(records.map(({ state, attempts }) => [state, attempts])).toEqual(ids.map(() => ['done', 0]));
  expect(ran().sort()).toEqual([...ids].sort());
  expect((await broker().depth(queues.deadLetterQueueUrl)).visible).toBe(0);
}

describe.each([
  ['standard', false],
  ['FIFO', true],
])('a consumer of a %s queue that operators pause', (_, isFifo) => {
  beforeEach(async () => {
    for (const list of [said, begun]) list.splice(0);
    workMs = 0;
    fifo = isFifo;
    queues = await broker().createQueues({ fifo });
  });

  it('begins nothing, says so, stays ready, and does each job once when it is resumed', async () => {
    await start();
    const first = await send(4);
    await eventually(() => begun.length === 4);
    await pause({ who: 'ann@desk', why: 'the bank is closed' });
    await eventually(isPaused);
    const ids = await send(6);
    await pollsAreOver();
    expect(await ready()).toMatchObject({ code: 200, status: 'ready', paused: { why: 'the bank is closed' } });
    // Longer than the consumer takes to look again.
    await wait(3_000);
    expect(ran()).toHaveLength(4);
    expect(await broker().depth(queues.queueUrl)).toMatchObject({ visible: 6, inFlight: 0 });
    await resume();
    await allDoneOnce([...first, ...ids]);
    if (fifo)
      for (const group of [0, 1]) expect(ran().filter(inGroup(ids, group))).toEqual(ids.filter(inGroup(ids, group)));
    expect(await ready()).not.toHaveProperty('paused');
    expect(said).toEqual([
      'warn Paused by ann@desk: the bank is closed. Nothing is begun; what runs goes on.',
      'log Resumed: jobs are taken in again.',
    ]);
  }, 90_000);

  it('begins nothing later than five seconds after, ends what runs, and gives back what waits, at no cost', async () => {
    workMs = 1_000;
    await start({ CONCURRENCY: '4' });
    const ids = await send(40);
    await eventually(() => begun.length >= 2);
    await pause();
    const pausedAt = performance.now();
    // Before the note is read, jobs come and go.
    await eventually(isPaused);
    await pollsAreOver();
    await eventually(() => consumer.transport.status().inFlight === 0, { withinMs: 30_000 });
    expect(Math.max(...begun.map(({ at }) => at - pausedAt))).toBeLessThan(5_000);
    const { length } = begun;
    expect(length).toBeLessThan(40);
    await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 40 - length);
    workMs = 0;
    await resume();
    await allDoneOnce(ids);
    if (fifo)
      for (const group of [0, 1]) expect(ran().filter(inGroup(ids, group))).toEqual(ids.filter(inGroup(ids, group)));
  }, 90_000);

  it('loses nothing and does nothing twice when it is paused and resumed under load', async () => {
    workMs = 20;
    await start();
    const sending = Promise.all([send(150), send(150)]);
    for (let round = 0; round < 3; round += 1) {
      await eventually(() => begun.length >= round * 20);
      await pause();
      await eventually(isPaused);
      await resume();
      await eventually(() => !isPaused());
    }
    await allDoneOnce((await sending).flat());
  }, 120_000);
});

const inGroup = (ids: readonly string[], group: number) => (id: string) =>
  ids.includes(id) && ids.indexOf(id) % 2 === group;

it('keeps going, or stays paused, while the store cannot be read, and says so once', async () => {
  for (const list of [said, begun]) list.splice(0);
  fifo = false;
  queues = await broker().createQueues();
  await start();
  await pause();
  await eventually(isPaused);
  const store = new DatabaseSync(consumer.resultsPath);
  store.exec('ALTER TABLE plusone_note RENAME TO away');
  await eventually(() => said.length === 2);
  await wait(3_000);
  expect(isPaused()).toBe(true);
  store.exec('ALTER TABLE away RENAME TO plusone_note');
  store.close();
  await resume();
  await eventually(() => !isPaused());
  expect(said).toEqual([
    'warn Paused by ann@desk. Nothing is begun; what runs goes on.',
    expect.stringMatching(/^warn Whether the consumer is paused cannot be read, and it stays paused: /),
    'log Resumed: jobs are taken in again.',
  ]);
}, 60_000);
