import { DELIVERY, deriveMaxReceiveCount, minReceiveCount } from '../contract/delivery';
import { type JobType, longestRunSeconds, mostAttempts } from '../contract/job-type';
import { readExtendedNumbers } from './extensions';
import { type Options } from './options';

/** What follows from the options and `contract/`; nothing else in infra computes a delivery number. */
export interface Numbers {
  /** Lambda ends the consumer's function after this: the longest run of any job type, and some more. */
  readonly functionTimeoutSeconds: number;
  /**
   * The lease of a delivery: the queue's visibility timeout on Lambda, what a task asks for at each receive on Fargate.
   */
  readonly visibilityTimeoutSeconds: number;
  /** The queue's visibility timeout, the same wherever the consumer runs. */
  readonly queueVisibilitySeconds: number;
  /** Receives that a job of any type may need before its own limits end it. */
  readonly minReceiveCount: number;
  /** Receives after which SQS itself moves a message to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** Fargate kills a task this long after SIGTERM. */
  readonly stopTimeoutSeconds: number;
  readonly queueRetentionSeconds: number;
  readonly deadLetterRetentionSeconds: number;
  /** Alarms. */
  readonly queueAgeSeconds: number;
  readonly deadLetterAgeSeconds: number;
  readonly backlogMessages: number;
  /** While jobs wait, one has to finish within this. */
  readonly unfinishedMinutes: number;
  /** Backlog, waiting and in flight, for one task of the consumer. */
  readonly backlogPerTask: number;
}

/** The time beyond the handler's own: to connect, record, dead-letter and answer. */
export const FUNCTION_SLACK_SECONDS = 30;

/** Lambda's limit. */
export const FUNCTION_LIMIT_SECONDS = 900;

/** Fargate's limit; a drain has to be over before it. */
const STOP_TIMEOUT_SECONDS = 120;

/** Limits a process after SIGTERM: its drain, and the closing of what it holds. */
export const PROCESS_STOP_SECONDS = DELIVERY.drainSeconds + 5;

export function deriveNumbers(options: Options, definitions: readonly JobType[]): Numbers {
  const runSeconds = longestRunSeconds(definitions, options.handlerTimeoutSeconds);
  const functionTimeoutSeconds = Math.ceil(runSeconds) + FUNCTION_SLACK_SECONDS;
  const queueVisibilitySeconds = options.visibilityTimeoutSeconds ?? queueVisibility(options, functionTimeoutSeconds);
  const visibilityTimeoutSeconds =
    options.consumer === 'lambda'
      ? queueVisibilitySeconds
      : (options.visibilityTimeoutSeconds ?? DELIVERY.visibilityTimeoutSeconds);
  const extended = readExtendedNumbers(options.extensions);
  const { queueRetentionSeconds, deadLetterRetentionSeconds } = { ...DELIVERY, ...extended };
  return {
    functionTimeoutSeconds,
    visibilityTimeoutSeconds,
    queueVisibilitySeconds,
    minReceiveCount: minReceiveCount({ ...DELIVERY, maxAttempts: mostAttempts(definitions) }),
    maxReceiveCount:
      extended.maxReceiveCount ?? deriveMaxReceiveCount({ queueRetentionSeconds, visibilityTimeoutSeconds }),
    stopTimeoutSeconds: STOP_TIMEOUT_SECONDS,
    queueRetentionSeconds,
    deadLetterRetentionSeconds,
    // Expiry is silent loss. A quarter of the retention, one day, leaves three to act: a weekend and a day.
    queueAgeSeconds: queueRetentionSeconds / 4,
    // Counted from the move. What SQS itself moves expires by its first enqueue, at most four days before: three are
    // left.
    deadLetterAgeSeconds: deadLetterRetentionSeconds / 2,
    // Ten rounds of all that the consumer can work on at its largest: scaling alone does not get it down.
    backlogMessages: 10 * mostAtOnce(options),
    unfinishedMinutes: unfinishedMinutes(functionTimeoutSeconds),
    // A task works on this many at once. More would wait, so another task is started.
    backlogPerTask: options.concurrency,
  };
}

/**
 * On Lambda a lease has to outlast the batching window, the function and the retries of a throttled invocation: AWS
 * says six times the function's timeout, plus the window. On Fargate heartbeats extend a lease, and a task asks for its
 * own at each receive. The queue keeps Lambda's anyway: where a stage changes to Fargate, the function goes on
 * consuming while the network is built, and with less than it needs its jobs would run a second time meanwhile.
 */
function queueVisibility({ batchWindowSeconds }: Options, functionTimeoutSeconds: number): number {
  return 6 * Math.min(functionTimeoutSeconds, FUNCTION_LIMIT_SECONDS) + batchWindowSeconds;
}

/** In steps of the alarm's five minutes: longer than the longest run, and at least a quarter of an hour. */
function unfinishedMinutes(longestRunSeconds: number): number {
  return Math.max(15, 5 * Math.ceil(longestRunSeconds / 300) + 5);
}

function mostAtOnce({ consumer, maxConcurrency, batchSize, maxTasks, concurrency }: Options): number {
  return consumer === 'lambda' ? maxConcurrency * batchSize : maxTasks * concurrency;
}
