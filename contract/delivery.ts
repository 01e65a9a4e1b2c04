/**
 * How a delivery lives: the numbers that the transport, local provisioning, compose and infra share.
 * All times are in seconds.
 */
export interface DeliveryNumbers {
  /** The queue's visibility timeout: the lease of a delivery, which heartbeats extend while its handler runs. */
  readonly visibilityTimeoutSeconds: number;
  /** A handler past this gets its signal aborted, and the run counts as an attempt. */
  readonly handlerTimeoutSeconds: number;
  /** Failed runs after which a job is dead-lettered. */
  readonly maxAttempts: number;
  /** Runs that began and had no outcome, after which a job is dead-lettered as `unsettled`. */
  readonly maxBegunRuns: number;
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
  maxBegunRuns: 15,
  receiveWaitSeconds: 20,
  drainSeconds: 25,
  queueRetentionSeconds: 4 * DAY,
  deadLetterRetentionSeconds: 14 * DAY,
  recordRetentionSeconds: 19 * DAY,
};

/**
 * SQS takes no more: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
const RECEIVE_COUNT_LIMIT = 1_000;

/** A message may be received for this long. The last quarter of its retention is a margin for waiting and delays. */
export const receivingSeconds = ({ queueRetentionSeconds }: Pick<DeliveryNumbers, 'queueRetentionSeconds'>): number =>
  0.75 * queueRetentionSeconds;

/**
 * Receives after which SQS itself moves a message to the dead-letter queue: the backstop for what the limits above
 * never reach. The number is as high as possible, since a receive that leads to no run should cost nothing. But each
 * receive may take a whole lease, and the message must not expire before the last: 1,000 at 30 s, 480 at 540 s, with 4
 * days of retention.
 */
export function deriveMaxReceiveCount({
  visibilityTimeoutSeconds,
  queueRetentionSeconds,
}: Pick<DeliveryNumbers, 'visibilityTimeoutSeconds' | 'queueRetentionSeconds'>): number {
  const leases = Math.floor(receivingSeconds({ queueRetentionSeconds }) / visibilityTimeoutSeconds);
  return Math.max(1, Math.min(RECEIVE_COUNT_LIMIT, leases));
}

/** Receives without a noted run: the first two, and the last, which moves the message. */
const RECEIVES_BESIDE_RUNS = 3;

/** Receives that a job may need before its own limits end it; SQS has to allow that many. */
export const minReceiveCount = ({
  maxAttempts,
  maxBegunRuns,
}: Pick<DeliveryNumbers, 'maxAttempts' | 'maxBegunRuns'>): number => maxAttempts + maxBegunRuns + RECEIVES_BESIDE_RUNS;

export const QUEUE_NAME = 'jobs';
export const DEAD_LETTER_QUEUE_NAME = 'jobs-dlq';
