import { DELIVERY, deriveMaxReceiveCount } from '../contract/delivery';
import { type Options } from './options';

/** What follows from the options and `contract/`; nothing else in infra computes a delivery number. */
export interface Numbers {
  /** Lambda ends the consumer's function after this. */
  readonly functionTimeoutSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  /** Receives after which SQS itself moves a message to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** Fargate kills a task this long after SIGTERM. */
  readonly stopTimeoutSeconds: number;
  /** Alarms. */
  readonly queueAgeSeconds: number;
  readonly deadLetterAgeSeconds: number;
  readonly backlogMessages: number;
  /** Backlog, waiting and in flight, that one task of the consumer is to have. */
  readonly backlogPerTask: number;
}

/** Beyond the handler's own time: to fetch the code's connections, record, dead-letter and answer. */
export const FUNCTION_SLACK_SECONDS = 30;

/** Lambda's limit. */
export const FUNCTION_LIMIT_SECONDS = 900;

/** Fargate's limit; a drain has to be over before it. */
const STOP_TIMEOUT_SECONDS = 120;

/** What a process takes at most after SIGTERM: to drain, and then to close what it holds. */
export const PROCESS_STOP_SECONDS = DELIVERY.drainSeconds + 5;

export function deriveNumbers(options: Options): Numbers {
  const functionTimeoutSeconds = options.handlerTimeoutSeconds + FUNCTION_SLACK_SECONDS;
  const visibilityTimeoutSeconds =
    options.visibilityTimeoutSeconds ?? visibilityTimeout(options, functionTimeoutSeconds);
  return {
    functionTimeoutSeconds,
    visibilityTimeoutSeconds,
    maxReceiveCount: deriveMaxReceiveCount({ ...DELIVERY, visibilityTimeoutSeconds }),
    stopTimeoutSeconds: STOP_TIMEOUT_SECONDS,
    // Expiry is silent loss. A quarter of the retention, one day, leaves three to act: a weekend and a day.
    queueAgeSeconds: DELIVERY.queueRetentionSeconds / 4,
    // Counted from the move. What SQS itself moves expires by its first enqueue, at most four days before: three are left.
    deadLetterAgeSeconds: DELIVERY.deadLetterRetentionSeconds / 2,
    // Ten rounds of all that the consumer can work on at its largest: scaling alone does not get it down.
    backlogMessages: 10 * mostAtOnce(options),
    // What a task works on at once; what is beyond that waits, so it takes another task.
    backlogPerTask: options.concurrency,
  };
}

/**
 * On Lambda a lease has to outlast the batching window, the function and the retries of a throttled invocation: AWS says
 * six times the function's timeout, plus the window. On Fargate heartbeats extend it, so it is the contract's.
 */
function visibilityTimeout({ consumer, batchWindowSeconds }: Options, functionTimeoutSeconds: number): number {
  return consumer === 'lambda' ? 6 * functionTimeoutSeconds + batchWindowSeconds : DELIVERY.visibilityTimeoutSeconds;
}

function mostAtOnce({ consumer, maxConcurrency, batchSize, maxTasks, concurrency }: Options): number {
  return consumer === 'lambda' ? maxConcurrency * batchSize : maxTasks * concurrency;
}
