import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { Metrics, prometheusText } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { type RunningConsumer, scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { eventually } from '../harness/eventually';
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

const start = (script: Script): Promise<RunningConsumer> =>
  startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    queues,
    ...scripted(script),
    metrics,
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
