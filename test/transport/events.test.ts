import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { toRecord } from '../../experiments/rig/lambda/events';
import { type Delivery, EventRefused, retry } from '../../transport/index';
import { withBroker } from '../harness/broker';
import {
  behindProxies,
  type ConsumerUnderTest,
  Latch,
  type RunningConsumer,
  scripted,
  Script,
  startConsumer,
} from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { notedAttempts, Notes } from '../harness/noted-attempts';
import { VisibilityLog } from '../harness/visibility-log';

const broker = withBroker();
const { it, own } = behindProxies(broker, async () => ({ queues: await broker().createQueues(), notes: new Notes() }));

/** Gets its deliveries from events alone, as a function does. */
function start(script: Script, options: Partial<ConsumerUnderTest> = {}): Promise<RunningConsumer> {
  const { queues, proxy, notes } = own();
  return startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    pollers: 0,
    attempts: notedAttempts(notes),
    ...options,
  });
}

/** One message of an event, by the name that the report has for it. */
const record = (name: string, { group, receives = 1 }: { group?: string; receives?: number } = {}): unknown =>
  toRecord({
    MessageId: name,
    ReceiptHandle: randomUUID(),
    Body: JSON.stringify(name),
    Attributes: {
      ApproximateReceiveCount: String(receives),
      ...(group !== undefined && { MessageGroupId: group, SequenceNumber: '1' }),
    },
  });

const eventOf = (...Records: readonly unknown[]): object => ({ Records });
const report = (...names: readonly string[]): object => ({
  batchItemFailures: names.map((itemIdentifier) => ({ itemIdentifier })),
});

it('refuses an event within its time while receiving is paused, says why, and begins nothing', async () => {
  const script = new Script();
  const { transport } = await start(script);
  transport.pause('repairs');
  const answer = await transport.takeEvent(eventOf(record('one')), 1_000).catch((error: unknown) => error);
  expect(answer).toBeInstanceOf(EventRefused);
  expect((answer as EventRefused).message).toMatch('repairs');
  expect(script.runs).toEqual([]);
});

it('takes an event in that came while receiving was paused, once it is resumed', async () => {
  const script = new Script();
  const { transport } = await start(script);
  transport.pause('repairs');
  const taken = transport.takeEvent(eventOf(record('one')), 20_000);
  await wait(100);
  expect(script.runs).toEqual([]);
  transport.resume('repairs');
  expect(await taken).toEqual(report());
  expect(script.runs).toHaveLength(1);
});

it('ends a drain only when the event has its answer, and refuses the next', async () => {
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const { transport } = await start(script);
  const course: string[] = [];
  const taken = transport.takeEvent(eventOf(record('one')), 20_000).then(() => course.push('answered'));
  await eventually(() => script.runs.length === 1);
  const drained = transport.drain().then(() => course.push('drained'));
  await wait(300);
  expect(course).toEqual([]);
  latch.open();
  await Promise.all([taken, drained]);
  expect(course).toEqual(['answered', 'drained']);
  const answer = await transport.takeEvent(eventOf(record('two')), 1_000).catch((error: unknown) => error);
  expect(answer).toBeInstanceOf(EventRefused);
  expect(script.runs).toHaveLength(1);
});

it('gives what is left of a FIFO group back for as long as its first, so that none of it overtakes', async () => {
  const changes = new VisibilityLog(own().proxy);
  const script = new Script((name) => (name === 'b' ? retry('later', 7) : undefined));
  const { transport } = await start(script);
  const settled: string[] = [];
  transport.onSettled(({ delivery, action }) => settled.push(`${delivery.messageId} ${action}`));
  const group = ['a', 'b', 'c', 'd'].map((name) => record(name, { group: 'one' }));
  expect(await transport.takeEvent(eventOf(...group, record('alone')), 20_000)).toEqual(report('b', 'c', 'd'));
  expect(changes.seconds).toEqual([7, 7, 7]);
  expect(script.runs.map(({ payload }) => payload).sort()).toEqual(['a', 'alone', 'b']);
  expect(settled.sort()).toEqual(['a delete', 'alone delete', 'b retry']);
});

it('is answered once the note of a run that it stopped is taken back, since a function is frozen then', async () => {
  const { notes } = own();
  class Slow extends notedAttempts(notes) {
    override async takeBack(delivery: Delivery): Promise<void> {
      // Longer than handlers have to obey their signal, and shorter than the event has.
      await wait(1_800);
      return super.takeBack(delivery);
    }
  }
  const script = new Script(async (_payload, { signal }) => {
    expect(notes.begun.get('one')).toBe(1);
    await wait(60_000, undefined, { signal });
  });
  const { transport } = await start(script, { attempts: Slow });
  expect(await transport.takeEvent(eventOf(record('one', { receives: 3 })), 12_000)).toEqual(report('one'));
  expect([notes.begun.get('one'), script.runs.length]).toEqual([0, 1]);
});

it('begins nothing in the place of a handler that is past its timeout and has not returned', async () => {
  const latch = new Latch();
  const script = new Script(() => latch.opened);
  const { transport } = await start(script, { concurrency: 1, numbers: { handlerTimeoutSeconds: 1 } });
  expect(await transport.takeEvent(eventOf(record('one'), record('two')), 4_000)).toEqual(report('one', 'two'));
  expect(script.runs.map(({ payload }) => payload)).toEqual(['one']);
  latch.open();
});
