import { type Type } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { type Attempts, Metrics, prometheusText, type Standing } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { Latch, type RunningConsumer, scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { notedAttempts, Notes } from '../harness/noted-attempts';
import { VisibilityLog } from '../harness/visibility-log';

const broker = withBroker();
let proxy: FaultProxy;
let queues: TestQueues;
let metrics: Metrics;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
  queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } });
  metrics = new Metrics();
});
afterEach(async () => {
  await stopConsumers();
  await proxy.close();
});

const start = (script: Script, attempts?: Type<Attempts>): Promise<RunningConsumer> =>
  startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    metrics,
    ...(attempts && { attempts }),
  });

/** 0 for what is not there. */
function read(series: string): number {
  const line = prometheusText(metrics)
    .split('\n')
    .find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

/** Runs until it is told to stop, or until `over` says so. */
const runningUntil = (over: () => boolean): Script =>
  new Script(async (_payload, { signal }) => {
    await eventually(() => signal.aborted || over(), { withinMs: 20_000 });
    if (signal.aborted) throw new Error('stopped');
  });

const EXTENDED = 'plusone_heartbeats_total{outcome="extended"}';

it('counts heartbeats, what is in flight, and how long a drain took', async () => {
  let over = false;
  const consumer = await start(runningUntil(() => over));
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => read(EXTENDED) >= 1, { withinMs: 10_000 });
  expect([read('plusone_in_flight'), read('plusone_permits_held'), read('plusone_drain_seconds')]).toEqual([1, 1, 0]);
  const stopping = consumer.stop();
  await eventually(() => read('plusone_drain_seconds') > 0);
  over = true;
  await stopping;
  expect([read('plusone_in_flight'), read('plusone_permits_held')]).toEqual([0, 0]);
  // The poll that the drain has cut off is no failure.
  expect(read('plusone_receives_total{outcome="failed"}')).toBe(0);
  const tookSeconds = read('plusone_drain_seconds');
  expect(read('plusone_drain_seconds')).toBe(tookSeconds);
});

it('counts a lease that is lost, and the run that it stopped', async () => {
  let refusing = true;
  new VisibilityLog(proxy, () => (refusing ? 'refused' : 'passes'));
  await start(runningUntil(() => !refusing));
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => read('plusone_leases_lost_total{type="job"}') === 1, { withinMs: 10_000 });
  refusing = false;
  await eventually(() => read('plusone_handled_total{type="job",outcome="stopped"}') === 1);
  expect(read('plusone_heartbeats_total{outcome="lost"}')).toBeGreaterThanOrEqual(1);
  expect(read('plusone_handled_total{type="job",outcome="retry"}')).toBe(0);
});

it('counts each delete that failed, and failed receives', async () => {
  proxy.rule('DeleteMessageBatch', ({ nth }) => (nth <= 2 ? { failEntries: () => true } : 'pass'));
  await start(new Script());
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(read('plusone_deletes_failed_total')).toBe(2);
  await proxy.refuse();
  await eventually(() => read('plusone_receives_total{outcome="failed"}') >= 1, { withinMs: 10_000 });
  await proxy.accept();
});

it('counts what comes again while it runs, and what comes again once it is done', async () => {
  const duplicates = (): number => read('plusone_duplicates_total{type="job"}');
  let over = false;
  proxy.rule('ReceiveMessage', ({ nth }) => (nth === 1 ? 'duplicate' : 'pass'));
  // SQS refuses the first delete for good, so the message comes again when its lease ends.
  proxy.rule('DeleteMessageBatch', ({ nth }) =>
    nth === 1 ? { failEntries: () => true, senderFault: true, code: 'ReceiptHandleIsInvalid' } : 'pass',
  );
  await broker().send(queues.queueUrl, '{}');
  const script = runningUntil(() => over);
  await start(script);
  await eventually(() => duplicates() === 1);
  over = true;
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect([duplicates(), script.runs.length]).toEqual([2, 1]);
});

it('counts a message whose job another delivery has done', async () => {
  class Done extends notedAttempts(new Notes()) {
    override standing(): Promise<Standing> {
      return Promise.resolve({ attempts: 0, begun: 0, job: 'done' });
    }
  }
  await broker().send(queues.queueUrl, '{}');
  await eventually(async () => (await broker().receive(queues.queueUrl, 0, 1)).length === 1);
  const script = new Script();
  await start(script, Done);
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect([read('plusone_duplicates_total{type="job"}'), script.runs.length]).toEqual([1, 0]);
});

it('counts no lease as lost that SQS says is gone after the delete', async () => {
  const [asked, deleted] = [new Latch(), new Latch()];
  new VisibilityLog(
    proxy,
    () => 'refused',
    () => {
      asked.open();
      return deleted.opened;
    },
  );
  const consumer = await start(new Script(() => asked.opened));
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => consumer.transport.status().inFlight === 1);
  await eventually(() => broker().isEmpty(queues.queueUrl));
  await eventually(() => consumer.transport.status().inFlight === 0);
  deleted.open();
  await eventually(() => read('plusone_heartbeats_total{outcome="lost"}') === 1);
  expect(read('plusone_leases_lost_total{type="job"}')).toBe(0);
});

it('counts a lost lease once, however long its handler goes on', async () => {
  let refusing = true;
  new VisibilityLog(proxy, () => (refusing ? 'refused' : 'passes'));
  const script = new Script(async (_payload, { signal }) => {
    await eventually(() => signal.aborted);
    refusing = false;
    // Until the lease would have ended by the clock, too.
    await wait(2_500);
  });
  await start(script);
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => script.runs.length === 1);
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(read('plusone_leases_lost_total{type="job"}')).toBe(1);
});
