import { type SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { noEmulator } from '../../experiments/rig/lambda/emulator';
import { type QueuesOptions, type TestBroker, type TestQueues, withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { stopConsumerApps } from '../harness/consumer-app';
import { perTest, type SideBySide, sideBySide } from '../harness/side-by-side';
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
  /** A stage of the test's own, which is gone after it. */
  readonly stage: (kind: Kind, options?: StageOptions) => Promise<Stage>;
  /** One stage for all tests of a file or a `describe`, for those that share its queues and its function. */
  readonly sharedStage: (kind: Kind, options?: StageOptions) => () => Stage;
  readonly it: SideBySide<object>['it'];
}

/** For a test file: one broker, and tests that run side by side, or one after the other on a shared stage. */
export function withStages(): Stages {
  const broker = withBroker();
  const functions = perTest<LambdaFunction[]>(() => []);
  const close = async (): Promise<void> => {
    for (const lambda of functions().splice(0)) await lambda.stop();
    await stopConsumerApps();
  };
  afterEach(close);
  const { it } = sideBySide({ open: () => Promise.resolve({}), close });
  const open: Stages['stage'] = async (kind, options = {}) => {
    const { timeoutSeconds = 20, visibilityTimeoutSeconds = VISIBILITY_SECONDS, fifo = false, endpoint } = options;
    const queues = await broker().createQueues({ fifo, numbers: { visibilityTimeoutSeconds } });
    const lambda = await LambdaFunction[kind](broker().environment(queues, endpoint), timeoutSeconds);
    return setUp(broker(), queues, lambda);
  };
  const stage: Stages['stage'] = async (...wanted) => {
    const own = await open(...wanted);
    functions().push(own.lambda);
    return own;
  };
  const sharedStage: Stages['sharedStage'] = (...wanted) => {
    let shared: Stage | undefined;
    beforeAll(async () => {
      shared = await open(...wanted);
    });
    afterAll(() => shared?.lambda.stop());
    return () => {
      if (!shared) throw new Error('The stage is there within tests only');
      return shared;
    };
  };
  return { broker, stage, sharedStage, it };
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
