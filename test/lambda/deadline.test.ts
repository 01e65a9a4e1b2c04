import { setTimeout as wait } from 'node:timers/promises';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { withBroker } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';
import { type TestRun } from '../harness/jobs';
import { OtlpReceiver } from '../harness/otlp-receiver';
import { sideBySide } from '../harness/side-by-side';
import { type EventAnswer, HeldMessages } from './held-messages';

const broker = withBroker();
const { it, own } = sideBySide({
  /** `end` ends whatever handlers of the test still run. */
  open: async () => ({ proxy: await startFaultProxy(broker().endpoint), end: new AbortController() }),
  async close({ proxy, end }) {
    end.abort();
    proxy.clear();
    await stopConsumerApps();
    await proxy.close();
  },
});

// A deadline is met by what an event keeps of its time, a quarter and 3 s at most: a busy machine needs more than a second.
jest.setTimeout(60_000);

interface Function {
  readonly concurrency?: number;
  readonly fifo?: boolean;
  readonly traces?: Readonly<Record<string, string>>;
}

async function onLambda(
  work: TestRun,
  { concurrency = 100, fifo = false, traces = {} }: Function = {},
): Promise<ConsumerApp> {
  const queues = await broker().createQueues({ fifo });
  const env = broker().environment(queues, own().proxy.endpoint);
  const variables = { AWS_LAMBDA_FUNCTION_NAME: 'consumer', CONCURRENCY: String(concurrency), ...traces };
  return startConsumerApp({ ...queues, env }, variables, { work });
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

const untilToldToStop: TestRun = async ({ input }, { signal }) => {
  await wait(60_000, undefined, { signal });
  return { result: input + 1 };
};

const until =
  (end: AbortSignal): TestRun =>
  async ({ input }) => {
    await wait(60_000, undefined, { signal: end }).catch(() => undefined);
    return { result: input + 1 };
  };

/** One event of this many jobs. */
async function event(work: TestRun, jobs: number, deadlineMs: number): Promise<EventAnswer> {
  const { url } = await onLambda(work);
  const messages = new HeldMessages(url, deadlineMs);
  messages.add(upTo(jobs).map((input) => ({ input })));
  return messages.event();
}

describe('an event is answered before its deadline, and reports what is left,', () => {
  it.each([1, 300])('while calls that give messages back have no answer: %d jobs', async (jobs) => {
    own().proxy.rule('ChangeMessageVisibilityBatch', 'blackhole');
    const { status, tookMs, kept } = await event(untilToldToStop, jobs, 8_000);
    expect([status, kept]).toEqual([200, upTo(jobs)]);
    expect(tookMs).toBeLessThan(8_000);
    expect(own().proxy.count('ChangeMessageVisibilityBatch')).toBeGreaterThan(0);
  });

  it.each([6_000, 12_000])('where handlers ignore their signal: %d ms', async (deadlineMs) => {
    const { status, tookMs, kept } = await event(until(own().end.signal), 20, deadlineMs);
    expect([status, kept]).toEqual([200, upTo(20)]);
    expect(tookMs).toBeLessThan(deadlineMs);
    expect(own().proxy.count('ChangeMessageVisibilityBatch')).toBeGreaterThan(0);
  });
});

// Alone, as spans of other tests would go the same way.
describe('an event is answered before its deadline, and reports what is left,', () => {
  it('where the receiver of traces is silent', async () => {
    const receiver = await OtlpReceiver.start(() => undefined);
    const { url } = await onLambda(untilToldToStop, {
      traces: { ...receiver.variables, OTEL_BSP_SCHEDULE_DELAY: '600000' },
    });
    own().proxy.rule('ChangeMessageVisibilityBatch', 'blackhole');
    const messages = new HeldMessages(url, 8_000);
    messages.add([{ input: 1 }]);
    const { status, tookMs, kept } = await messages.event();
    expect([status, kept]).toEqual([200, [1]]);
    expect(tookMs).toBeLessThan(8_000);
    await eventually(() => receiver.requests > 0);
    await receiver.close();
  });
});

// Alone, as it takes the processor from others.
describe('an event is answered before its deadline, and reports what is left,', () => {
  it('with 10,000 messages to be given back', async () => {
    const { status, tookMs, kept } = await event(untilToldToStop, 10_000, 12_000);
    expect([status, kept.length]).toEqual([200, 10_000]);
    expect(tookMs).toBeLessThan(12_000);
    expect(own().proxy.count('ChangeMessageVisibilityBatch')).toBeGreaterThan(16);
  });
});

it('is answered once all spans are sent, those too that were on their way before it was over', async () => {
  const slow = { answered: false };
  const receiver = await OtlpReceiver.start((_, response) => {
    const isFirst = receiver.requests === 1;
    setTimeout(
      () => {
        if (isFirst) slow.answered = true;
        response.end('{}');
      },
      isFirst ? 400 : 0,
    );
  });
  const work: TestRun = async ({ input }) => {
    if (input === 2) await eventually(() => receiver.requests > 0);
    return { result: input + 1 };
  };
  const { url } = await onLambda(work, { traces: receiver.variables });
  const messages = new HeldMessages(url, 20_000);
  messages.add([{ input: 1 }, { input: 2 }]);
  expect((await messages.event()).kept).toEqual([]);
  expect([receiver.requests, slow.answered]).toEqual([2, true]);
  await receiver.close();
});

describe('a deadline further away than a timer can wait', () => {
  it('is none', async () => {
    const month = 30 * 24 * 60 * 60 * 1_000;
    const work: TestRun = async ({ input }, { signal }) => {
      await wait(200, undefined, { signal });
      return { result: input + 1 };
    };
    expect((await event(work, 3, month)).kept).toEqual([]);
  });
});

describe('FIFO order in an event', () => {
  /** The second of each group fails. What has run, and what is reported, in the order of the event. */
  async function courseOf(groups: number, concurrency: number): Promise<{ ran: number[]; kept: readonly number[] }> {
    const ran: number[] = [];
    const { url } = await onLambda(
      async ({ input }) => {
        ran.push(input);
        await wait(5);
        if (input % 10 === 1) throw new Error('the second fails');
        return { result: input + 1 };
      },
      { concurrency, fifo: true },
    );
    const messages = new HeldMessages(url, 20_000);
    const jobs = upTo(6).flatMap((place) =>
      upTo(groups).map((group) => ({ input: 10 * group + place, group: `group-${group}` })),
    );
    messages.add(jobs);
    const { kept } = await messages.event();
    return { ran, kept };
  }

  it.each([
    [1, 1],
    [5, 2],
    [5, 100],
  ])('holds behind a failure: %d groups, CONCURRENCY %d', async (groups, concurrency) => {
    const { ran, kept } = await courseOf(groups, concurrency);
    for (const group of upTo(groups)) {
      expect(ran.filter((input) => Math.floor(input / 10) === group)).toEqual([10 * group, 10 * group + 1]);
    }
    const left = [1, 2, 3, 4, 5].flatMap((place) => upTo(groups).map((group) => 10 * group + place));
    expect(kept).toEqual(left);
  });
});
