/**
 * How a delivery lives: the numbers that the transport, local provisioning, compose and infra share.
 * All times are in seconds.
 */
export interface DeliveryNumbers {
  /** Lease of a delivery; extended by heartbeats while its handler runs. */
  readonly visibilityTimeoutSeconds: number;
  /** A handler past this gets its signal aborted, and the run counts as an attempt. */
  readonly handlerTimeoutSeconds: number;
  /** Failed runs after which a job is dead-lettered. */
  readonly maxAttempts: number;
  /** Receives without any outcome after which a delivery is dead-lettered as `unsettled`. */
  readonly maxUnsettledReceives: number;
  /** SQS's own redrive, the backstop: both limits above are reached at the 20th receive at the latest. */
  readonly maxReceiveCount: number;
  /** Long poll; SQS allows at most 20. */
  readonly receiveWaitSeconds: number;
  /** How long a drain may take before the process ends. */
  readonly drainSeconds: number;
  /** Messages older than this expire: silent loss, so alarms go off well before. */
  readonly queueRetentionSeconds: number;
  /** A standard DLQ keeps the original enqueue time, so it retains as long as SQS allows. */
  readonly deadLetterRetentionSeconds: number;
  /** Records outlive every message that could still arrive. */
  readonly recordRetentionSeconds: number;
}

const DAY = 24 * 60 * 60;

export const DELIVERY: DeliveryNumbers = {
  visibilityTimeoutSeconds: 30,
  handlerTimeoutSeconds: 60,
  maxAttempts: 5,
  maxUnsettledReceives: 15,
  maxReceiveCount: 20,
  receiveWaitSeconds: 20,
  drainSeconds: 25,
  queueRetentionSeconds: 4 * DAY,
  deadLetterRetentionSeconds: 14 * DAY,
  recordRetentionSeconds: 19 * DAY,
};

export const QUEUE_NAME = 'jobs';
export const DEAD_LETTER_QUEUE_NAME = 'jobs-dlq';
