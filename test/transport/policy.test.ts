import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { HandlerTimeout, QueueHandler, retry, SqsContext } from '../../transport/index';
import { type TestQueues, withBroker } from '../harness/broker';
import { type ConsumerUnderTest, Latch, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { Log } from '../harness/log';
import { notedAttempts, Notes } from '../harness/noted-attempts';
import { sideBySide } from '../harness/side-by-side';
import { VisibilityLog } from '../harness/visibility-log';
import { EventSource } from '../lambda/event-source';

/** Two handlers of one queue with a policy of their own, and one without. */
@Controller()
class Policed {
  constructor(@Inject(Script) private readonly script: Script) {}

  @EventPattern('plain')
  plain(@Payload() payload: unknown, @Ctx() context: SqsContext): unknown {
    return this.script.run(payload, context);
  }

  @EventPattern('hasty', {
    maxAttempts: 4,
    timeoutSeconds: 1,
    backoff: { firstSeconds: 1, maxSeconds: 1, factor: 1 },
  })
  hasty(@Payload() payload: unknown, @Ctx() context: SqsContext): unknown {
    return this.script.run(payload, context);
  }

  @QueueHandler('patient', { maxAttempts: 2, timeoutSeconds: 30 })
  patient(@Payload() payload: unknown, @Ctx() context: SqsContext): unknown {
    return this.script.run(payload, context);
  }
}

/** What brings the deliveries: the consumer's own pollers, or the events of a function. */
type Intake = 'pollers' | 'events';
const INTAKES: readonly Intake[] = ['pollers', 'events'];

const broker = withBroker();
const { it, own } = sideBySide({
  open: async () => ({
    proxy: await startFaultProxy(broker().endpoint),
    log: new Log(),
    over: new AbortController(),
    eventsOver: Promise.resolve(),
  }),
  async close({ proxy, over, eventsOver }) {
    over.abort();
    await eventsOver;
    await stopConsumers();
    await proxy.close();
  },
});

interface Course extends Partial<ConsumerUnderTest> {
  readonly intake?: Intake;
  readonly queues: TestQueues;
  readonly script: Script;
}

async function start({ intake = 'pollers', script, ...options }: Course): Promise<void> {
  const { proxy, log, over } = own();
  const { transport } = await startConsumer({
    broker: { endpoint: proxy.endpoint, region: broker().region },
    controllers: [Policed],
    providers: [{ provide: Script, useValue: script }],
    logger: log,
    pollers: intake === 'events' ? 0 : 4,
    ...options,
  });
  if (intake === 'pollers') return;
  const source = new EventSource(broker().client, options.queues.queueUrl, async (event) => ({
    payload: await transport.takeEvent(event, 20_000),
  }));
  const rounds = async (): Promise<void> => {
    while (!over.signal.aborted) await source.round();
  };
  own().eventsOver = rounds();
}

/** The payload of each message is its type. */
async function send({ queueUrl }: TestQueues, ...types: string[]): Promise<void> {
  for (const type of types) {
    const attributes = { type: { DataType: 'String', StringValue: type } };
    const fifo = queueUrl.endsWith('.fifo') && { MessageGroupId: 'one', MessageDeduplicationId: randomUUID() };
    await broker().send(queueUrl, JSON.stringify(type), { MessageAttributes: attributes, ...fifo });
  }
}

const runsOf = (script: Script, type: string): number => script.runs.filter(({ payload }) => payload === type).length;

it.each(INTAKES)('tries each message as often, and after as long, as its own handler says: by %s', async (intake) => {
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 60 } });
  const changes = new VisibilityLog(own().proxy);
  const script = new Script((type) => (type === 'hasty' ? retry('again') : retry('at once', 0)));
  await start({ intake, queues, script });
  await send(queues, 'hasty', 'plain', 'patient');
  const letters = await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 3, withinMs: 20_000 });
  const attempts = letters.map((letter) => [letter.Body, whyOf(letter).attempts]);
  expect(Object.fromEntries(attempts)).toEqual({ '"hasty"': 4, '"plain"': 5, '"patient"': 2 });
  expect(changes.seconds.filter((seconds) => seconds > 0)).toEqual([1, 1, 1]);
  const said = own()
    .log.matching(/attempt/)
    .map((line) => /\((\w+)\), attempt (\d of \d)/.exec(line)?.slice(1).join(' '));
  const upTo = (type: string, max: number) => Array.from({ length: max }, (_, n) => `${type} ${n + 1} of ${max}`);
  expect(said.sort()).toEqual([...upTo('hasty', 4), ...upTo('patient', 2), ...upTo('plain', 5)]);
});

it.each(INTAKES)(
  'gives each message the time that its own handler says: by %s',
  async (intake) => {
    // Leases are kept by heartbeats, except during an event.
    const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: intake === 'events' ? 60 : 4 } });
    const stopped: string[] = [];
    const script = new Script(async (type, { signal }) => {
      if (type === 'hasty' && runsOf(script, 'hasty') > 1) return;
      await wait(type === 'patient' ? 6_000 : 60_000, undefined, { signal }).catch((error: unknown) => {
        if (signal.reason instanceof HandlerTimeout) stopped.push(`${String(type)}: ${signal.reason.message}`);
        throw error;
      });
    });
    await start({ intake, queues, script, numbers: { handlerTimeoutSeconds: 2, maxAttempts: 1 } });
    await send(queues, 'patient', 'plain', 'hasty');
    await deadLetters(broker(), queues.deadLetterQueueUrl, { withinMs: 25_000 });
    await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
    expect(stopped.sort()).toEqual([
      'hasty: The handler did not end within 1 s.',
      'plain: The handler did not end within 2 s.',
    ]);
    expect(['patient', 'plain', 'hasty'].map((type) => runsOf(script, type))).toEqual([1, 1, 2]);
  },
  60_000,
);

describe('`attempt` of the context', () => {
  const withAttempts = (behaviour: (run: number, context: SqsContext) => unknown) => {
    const attempts: number[] = [];
    const script = new Script((_payload, context) => {
      attempts.push(context.attempt);
      return behaviour(attempts.length, context);
    });
    return { attempts, script };
  };

  it.each(INTAKES)('counts the runs that failed before, and this one: by %s', async (intake) => {
    const queues = await broker().createQueues();
    const { attempts, script } = withAttempts((run) => (run < 4 ? retry('again', 0) : undefined));
    await start({ intake, queues, script });
    await send(queues, 'plain');
    await eventually(() => attempts.length === 4 && broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('counts on a FIFO queue, too, where what is to be tried again waits', async () => {
    const queues = await broker().createQueues({ fifo: true });
    const { attempts, script } = withAttempts((run) => (run < 3 ? retry('again', 0) : undefined));
    await start({ queues, script });
    await send(queues, 'plain');
    await eventually(() => attempts.length === 3 && broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('counts no run that a drain has stopped', async () => {
    const queues = await broker().createQueues();
    const port = notedAttempts(new Notes());
    const { attempts, script } = withAttempts((run, { signal }) =>
      run === 2 ? wait(60_000, undefined, { signal }) : run < 4 ? retry('again', 0) : undefined,
    );
    await start({ queues, script, numbers: { drainSeconds: 2 }, attempts: port });
    await send(queues, 'plain');
    await eventually(() => attempts.length === 2);
    await stopConsumers();
    await start({ queues, script, attempts: port });
    // Some brokers hand it to the poll that has gone.
    await eventually(() => attempts.length === 4 && broker().isEmpty(queues.queueUrl), { withinMs: 45_000 });
    expect(attempts).toEqual([1, 2, 2, 3]);
  }, 60_000);

  it('stays what it was for a handler past its timeout, while the next run has begun', async () => {
    const queues = await broker().createQueues();
    const late: number[] = [];
    const next = new Latch();
    const { attempts, script } = withAttempts(async (run, context) => {
      if (run > 1) {
        next.open();
        return;
      }
      await next.opened;
      late.push(context.attempt);
    });
    await start({ queues, script, numbers: { handlerTimeoutSeconds: 1 } });
    await send(queues, 'plain');
    await eventually(() => late.length === 1, { withinMs: 20_000 });
    expect({ attempts, late }).toEqual({ attempts: [1, 2], late: [1] });
  });
});
