import { type SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { noEmulator } from '../../experiments/lambda/emulator';
import { type QueuesOptions, type TestBroker, type TestQueues, withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { endApps } from '../harness/processes';
import { EventSource, type Round } from './event-source';
import { LambdaFunction } from './lambda-function';

/** Long enough for the rounds of a test; what is to come again sooner is given back by the function. */
const VISIBILITY_SECONDS = 60;

export type Kind = 'direct' | 'emulated';

/** Under the emulator too, where there is one; where not, a skipped test says why. */
export function kinds(): readonly Kind[] {
  if (noEmulator === undefined) return ['direct', 'emulated'];
  it.skip(`emulated: ${noEmulator}`, () => undefined);
  return ['direct'];
}

/** Queues, the consumer as a function that works on them, and an event source between the two. */
export interface Stage {
  readonly queues: TestQueues;
  readonly source: EventSource;
  readonly lambda: LambdaFunction;
  readonly send: (input: unknown, rest?: Partial<SendMessageCommandInput> & { id?: string }) => Promise<string>;
  /** Rounds until one has something to hand over. */
  readonly round: () => Promise<Round>;
  /** Rounds until the queue is empty. */
  readonly drain: (withinMs?: number) => Promise<void>;
}

interface StageOptions extends Pick<QueuesOptions, 'fifo'> {
  /** Of the function. */
  readonly timeoutSeconds?: number;
  readonly visibilityTimeoutSeconds?: number;
  /** Of the broker, as the function is to see it. */
  readonly endpoint?: string;
}

interface Stages {
  readonly broker: () => TestBroker;
  readonly stage: (kind: Kind, options?: StageOptions) => Promise<Stage>;
}

/** For a test file: one broker, and a stage per test that is gone after it. */
export function withStages(): Stages {
  const broker = withBroker();
  const functions: LambdaFunction[] = [];
  afterEach(async () => {
    for (const lambda of functions.splice(0)) await lambda.stop();
  });
  afterAll(endApps);
  const stage: Stages['stage'] = async (kind, options = {}) => {
    const { timeoutSeconds = 20, visibilityTimeoutSeconds = VISIBILITY_SECONDS, fifo = false, endpoint } = options;
    const queues = await broker().createQueues({ fifo, numbers: { visibilityTimeoutSeconds } });
    const lambda = await LambdaFunction[kind](broker().environment(queues, endpoint), timeoutSeconds);
    functions.push(lambda);
    return setUp(broker(), queues, lambda);
  };
  return { broker, stage };
}

function setUp(broker: TestBroker, queues: TestQueues, lambda: LambdaFunction): Stage {
  const source = new EventSource(broker.client, queues.queueUrl, lambda.invoke);
  const round = (): Promise<Round> => eventually(async () => (await source.round()) ?? false, { withinMs: 30_000 });
  return {
    queues,
    source,
    lambda,
    round,
    async send(input, { id = randomUUID(), ...rest } = {}) {
      await broker.send(queues.queueUrl, JSON.stringify({ id, input }), rest);
      return id;
    },
    async drain(withinMs = 60_000) {
      const emptied = async (): Promise<boolean> => {
        await source.round();
        return broker.isEmpty(queues.queueUrl);
      };
      await eventually(emptied, { withinMs });
    },
  };
}
