import { definitionFaults } from '../contract/definition-faults';
import { DELIVERY, receivingSeconds } from '../contract/delivery';
import { type JobType } from '../contract/job-type';
import { checkExtensions } from './extension-checks';
import { FUNCTION_LIMIT_SECONDS, FUNCTION_SLACK_SECONDS, type Numbers, PROCESS_STOP_SECONDS } from './numbers';
import { OptionError } from './option-reader';
import { type Options } from './options';

type Fault = readonly [wrong: boolean, sentence: string];

/** Throws an `OptionError` if options contradict each other, so that synth says so and not a failed deployment. */
export function checkOptions(options: Options, numbers: Numbers, definitions: readonly JobType[]): void {
  const [fault] = definitionFaults(definitions);
  if (fault !== undefined) throw new OptionError(`${fault}.`);
  checkExtensions(options, numbers);
  const faults =
    options.consumer === 'lambda'
      ? [...definitions.map(lambdaTypeFault), ...lambdaFaults(options, numbers)]
      : fargateFaults(options, numbers);
  const found = [...faults, ...receiveFaults(numbers), ...queueFaults(options), ...collectorFaults(options)].find(
    ([wrong]) => wrong,
  );
  if (found) throw new OptionError(found[1]);
}

/** Seconds of a run that Lambda leaves room for. */
const LAMBDA_RUN_LIMIT = FUNCTION_LIMIT_SECONDS - FUNCTION_SLACK_SECONDS;

function lambdaTypeFault({ type, policy: { timeoutSeconds = 0 } }: JobType): Fault {
  return [
    timeoutSeconds > LAMBDA_RUN_LIMIT,
    `The job type ${type} has policy.timeoutSeconds ${timeoutSeconds}; on Lambda it takes at most ${LAMBDA_RUN_LIMIT} s: use consumer=fargate.`,
  ];
}

function lambdaFaults(options: Options, numbers: Numbers): Fault[] {
  const { fifo, batchSize, batchWindowSeconds: window, handlerTimeoutSeconds } = options;
  const { functionTimeoutSeconds, visibilityTimeoutSeconds } = numbers;
  const least = functionTimeoutSeconds + window;
  return [
    [fifo && window > 0, `batchWindow is ${window}; a FIFO queue takes none.`],
    [fifo && batchSize > 10, `batchSize is ${batchSize}; a FIFO queue takes at most 10.`],
    [batchSize > 10 && window === 0, `batchSize is ${batchSize}; more than 10 needs a batchWindow of at least 1 s.`],
    [
      handlerTimeoutSeconds > LAMBDA_RUN_LIMIT,
      `handlerTimeout is ${handlerTimeoutSeconds}; on Lambda it takes at most ${LAMBDA_RUN_LIMIT} s: use consumer=fargate.`,
    ],
    [
      visibilityTimeoutSeconds < least,
      `visibilityTimeout is ${visibilityTimeoutSeconds}; it takes at least the function's timeout and the batchWindow, ${least} s.`,
    ],
  ];
}

function fargateFaults(
  { minTasks, maxTasks }: Options,
  { visibilityTimeoutSeconds, stopTimeoutSeconds }: Numbers,
): Fault[] {
  const least = DELIVERY.visibilityTimeoutSeconds;
  return [
    [minTasks > maxTasks, `minTasks is ${minTasks}; it takes at most maxTasks, ${maxTasks}.`],
    [
      visibilityTimeoutSeconds < least,
      `visibilityTimeout is ${visibilityTimeoutSeconds}; heartbeats need at least the contract's ${least} s.`,
    ],
    [
      stopTimeoutSeconds <= PROCESS_STOP_SECONDS,
      `drainSeconds is ${DELIVERY.drainSeconds} in contract/delivery.ts; lower it, since Fargate kills a task after ${stopTimeoutSeconds} s.`,
    ],
  ];
}

/** Checks the receives: a message that SQS moves before its own limits are reached carries no reason. */
function receiveFaults({ visibilityTimeoutSeconds: visibility, maxReceiveCount, ...numbers }: Numbers): Fault[] {
  const least = numbers.minReceiveCount;
  const most = Math.floor(receivingSeconds(numbers) / least);
  return [
    [
      maxReceiveCount < least,
      `visibilityTimeout is ${visibility}; it takes at most ${most} s, so that a message can be received ${least} times before it expires.`,
    ],
  ];
}

function queueFaults({ encryption: { kind, keyArn }, alarmTopicArn, alarmEmail }: Options): Fault[] {
  return [
    [
      alarmTopicArn?.endsWith('.fifo') === true,
      `alarmTopic is "${alarmTopicArn}"; it takes a standard topic, since CloudWatch publishes to no FIFO topic.`,
    ],
    [keyArn !== undefined && kind !== 'kms', `encryptionKey is set; it needs encryption=kms, not ${kind}.`],
    [
      alarmTopicArn !== undefined && alarmEmail !== undefined,
      'alarmEmail is set beside alarmTopic; subscribe the address to that topic instead.',
    ],
  ];
}

/** Endpoints reach AWS's services and nothing else. */
function collectorFaults({ collector, network }: Options): Fault[] {
  return [
    [
      collector !== undefined && network.kind === 'own' && network.natGateways === 0,
      'telemetry is "otlp"; the collector needs a way to the internet, by natGateways or by a vpc of yours.',
    ],
  ];
}
