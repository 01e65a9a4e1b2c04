import { setTimeout as wait } from 'node:timers/promises';
import { type FaultProxy, startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { type TestQueues, withBroker } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const trueNow = Date.now.bind(Date);
const HOUR = 60 * 60 * 1_000;
/** Of this process, where both consumers run; the broker is another. */
const stepClock = (ms: number): void => {
  Date.now = () => trueNow() + ms;
};

let proxy: FaultProxy;
let queues: TestQueues;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
  queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 3 } });
});
afterEach(async () => {
  Date.now = trueNow;
  await stopConsumerApps();
  await proxy.close();
});

/** Jobs that take longer than two leases beside quick ones, and what became of them. */
class Load {
  readonly runs: number[] = [];
  readonly aborted: number[] = [];
  ended = 0;
  sent = 0;

  readonly work: TestRun = async ({ input }, { signal }) => {
    this.runs.push(input);
    signal.addEventListener('abort', () => this.aborted.push(input));
    await wait(input % 4 === 0 ? 7_000 : 50);
    this.ended += 1;
    return { result: input + 1 };
  };

  async send(count: number): Promise<void> {
    for (let more = 0; more < count; more += 1) {
      await broker().send(queues.queueUrl, JSON.stringify({ input: this.sent }));
      this.sent += 1;
    }
  }
}

const start = (load: Load): Promise<ConsumerApp> =>
  startConsumerApp(
    { ...queues, env: broker().environment(queues, proxy.endpoint) },
    { CONCURRENCY: '20' },
    { work: load.work },
  );

it.each([
  ['forward', HOUR],
  ['back', -HOUR],
])(
  'a clock that is stepped an hour %s, and right again: no job runs twice, none is told to stop',
  async (_, step) => {
    const load = new Load();
    const consumers = [await start(load), await start(load)];
    const live = async (): Promise<number[]> =>
      Promise.all(consumers.map(async ({ url }) => (await fetch(`${url}/health/live`)).status));
    for (const ms of [step, 0]) {
      await load.send(24);
      await eventually(() => load.runs.length === load.sent);
      const extended = proxy.count('ChangeMessageVisibilityBatch');
      stepClock(ms);
      expect(await live()).toEqual([200, 200]);
      await eventually(() => load.ended === load.sent);
      // Six long jobs, each of more than two leases, go on by extensions alone.
      expect(proxy.count('ChangeMessageVisibilityBatch')).toBeGreaterThan(extended + 2);
      expect(await live()).toEqual([200, 200]);
    }
    await eventually(() => broker().isEmpty(queues.queueUrl));
    expect([...load.runs].sort((one, other) => one - other)).toEqual([...Array(48).keys()]);
    expect(load.aborted).toEqual([]);
  },
  60_000,
);
