import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Depth, withBroker, type TestQueues } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { eventually } from '../harness/eventually';
import { onBothQueues, sideBySide } from '../harness/side-by-side';
import { openStoreFile } from '../harness/store-file';

const broker = withBroker();

/** A consumer, its queue, and what it did. */
class Pausing {
  readonly said: string[] = [];
  readonly begun: { readonly id: string; readonly at: number }[] = [];
  workMs = 0;
  private running: ConsumerApp | undefined;

  private constructor(
    readonly queues: TestQueues,
    readonly fifo: boolean,
  ) {}

  static async open(fifo: boolean): Promise<Pausing> {
    return new Pausing(await broker().createQueues({ fifo }), fifo);
  }

  get consumer(): ConsumerApp {
    if (!this.running) throw new Error('It is not started');
    return this.running;
  }

  get ran(): string[] {
    return this.begun.map(({ id }) => id);
  }

  async start(variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const keep = (level: string) => (text: unknown, context: unknown) =>
      context === 'PauseWatch' && this.said.push(`${level} ${String(text)}`);
    const logger = { log: keep('log'), warn: keep('warn'), error: keep('error') };
    const work: TestRun = async ({ id, input }) => {
      this.begun.push({ id, at: performance.now() });
      await wait(this.workMs);
      return { result: input + 1 };
    };
    this.running = await startConsumerApp(this.queues, variables, { work, logger });
  }

  async ready(): Promise<unknown> {
    const answer = await fetch(`${this.consumer.url}/health/ready`);
    return { code: answer.status, ...((await answer.json()) as object) };
  }

  pause(value: object = { who: 'ann@desk' }): Promise<void> {
    return this.consumer.records.notes.put({ kind: 'pause', key: this.key, at: Date.now(), value });
  }

  resume(): Promise<void> {
    return this.consumer.records.notes.remove('pause', this.key);
  }

  readonly isPaused = (): boolean => this.consumer.transport.status().pauses.includes('operator');

  /** By the time that no poll is under way, what one brought is given back. */
  pollsAreOver(): Promise<true> {
    return eventually(() => this.consumer.transport.status().pollAgeMs === 0, { withinMs: 25_000 });
  }

  /** Jobs in two groups, whose order is that of their ids' places. */
  async send(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    for (const [place, id] of ids.entries())
      await broker().send(this.queues.queueUrl, JSON.stringify({ id, input: 1 }), {
        ...(this.fifo && { MessageGroupId: String(place % 2), MessageDeduplicationId: id }),
      });
    return ids;
  }

  depth(): Promise<Depth> {
    return broker().depth(this.queues.queueUrl);
  }

  async allDoneOnce(ids: readonly string[]): Promise<void> {
    await eventually(() => broker().isEmpty(this.queues.queueUrl), { withinMs: 60_000 });
    const records = await this.consumer.records.getMany(ids);
    expect(records.map(({ state, attempts }) => [state, attempts])).toEqual(ids.map(() => ['done', 0]));
    expect(this.ran.sort()).toEqual([...ids].sort());
    expect((await broker().depth(this.queues.deadLetterQueueUrl)).visible).toBe(0);
  }

  /** Of a FIFO queue's groups each keeps its order. */
  inOrder(ids: readonly string[]): void {
    if (!this.fifo) return;
    for (const group of [0, 1]) expect(this.ran.filter(inGroup(ids, group))).toEqual(ids.filter(inGroup(ids, group)));
  }

  private get key(): string {
    return this.queues.queueUrl.slice(this.queues.queueUrl.lastIndexOf('/') + 1);
  }
}

const inGroup = (ids: readonly string[], group: number) => (id: string) =>
  ids.includes(id) && ids.indexOf(id) % 2 === group;

describe('a consumer that operators pause', () => {
  const it = onBothQueues({ open: (fifo) => Pausing.open(fifo), close: stopConsumerApps });

  it('begins nothing, says so, stays ready, and does each job once when it is resumed', async (on) => {
    await on.start();
    const first = await on.send(4);
    await eventually(() => on.begun.length === 4);
    await on.pause({ who: 'ann@desk', why: 'the bank is closed' });
    await eventually(on.isPaused);
    const ids = await on.send(6);
    await on.pollsAreOver();
    expect(await on.ready()).toMatchObject({ code: 200, status: 'ready', paused: { why: 'the bank is closed' } });
    // Longer than the consumer takes to look again.
    await wait(3_000);
    expect(on.ran).toHaveLength(4);
    expect(await on.depth()).toMatchObject({ visible: 6, inFlight: 0 });
    await on.resume();
    await on.allDoneOnce([...first, ...ids]);
    on.inOrder(ids);
    expect(await on.ready()).not.toHaveProperty('paused');
    expect(on.said).toEqual([
      'warn Paused by ann@desk: the bank is closed. Nothing is begun; what runs goes on.',
      'log Resumed: jobs are taken in again.',
    ]);
  }, 90_000);

  it('begins nothing later than five seconds after, ends what runs, and gives back what waits, at no cost', async (on) => {
    on.workMs = 1_000;
    await on.start({ CONCURRENCY: '4' });
    const ids = await on.send(40);
    await eventually(() => on.begun.length >= 2);
    await on.pause();
    const pausedAt = performance.now();
    // Before the note is read, jobs come and go.
    await eventually(on.isPaused);
    await on.pollsAreOver();
    await eventually(() => on.consumer.transport.status().inFlight === 0, { withinMs: 30_000 });
    expect(Math.max(...on.begun.map(({ at }) => at - pausedAt))).toBeLessThan(5_000);
    const { length } = on.begun;
    expect(length).toBeLessThan(40);
    await eventually(async () => (await on.depth()).visible === 40 - length);
    on.workMs = 0;
    await on.resume();
    await on.allDoneOnce(ids);
    on.inOrder(ids);
  }, 90_000);

  it('loses nothing and does nothing twice when it is paused and resumed under load', async (on) => {
    on.workMs = 20;
    await on.start();
    const sending = Promise.all([on.send(150), on.send(150)]);
    for (let round = 0; round < 3; round += 1) {
      await eventually(() => on.begun.length >= round * 20);
      await on.pause();
      await eventually(on.isPaused);
      await on.resume();
      await eventually(() => !on.isPaused());
    }
    await on.allDoneOnce((await sending).flat());
  }, 120_000);
});

describe('while the store cannot be read', () => {
  const { it, own } = sideBySide({ open: () => Pausing.open(false), close: stopConsumerApps });

  it('keeps going, or stays paused, and says so once', async () => {
    const on = own();
    await on.start();
    await on.pause();
    await eventually(on.isPaused);
    const store = openStoreFile(on.consumer.resultsPath);
    store.exec('ALTER TABLE plusone_note RENAME TO away');
    await eventually(() => on.said.length === 2);
    await wait(3_000);
    expect(on.isPaused()).toBe(true);
    store.exec('ALTER TABLE away RENAME TO plusone_note');
    store.close();
    await on.resume();
    await eventually(() => !on.isPaused());
    expect(on.said).toEqual([
      'warn Paused by ann@desk. Nothing is begun; what runs goes on.',
      expect.stringMatching(/^warn Whether the consumer is paused cannot be read, and it stays paused: /),
      'log Resumed: jobs are taken in again.',
    ]);
  }, 60_000);
});
