/** How the deliveries of a queue live. All times are in seconds. */
export interface DeliveryNumbers {
  /** Lease of a delivery until the queue has told its own; heartbeats extend it while the delivery is in flight. */
  readonly visibilityTimeoutSeconds: number;
  /** A handler past this gets its signal aborted, and its run counts as a failed attempt. */
  readonly handlerTimeoutSeconds: number;
  /** Failed runs after which a job is dead-lettered. */
  readonly maxAttempts: number;
  /** Begun runs without an outcome after which a job is dead-lettered as `unsettled`, without another run. */
  readonly maxBegunRuns: number;
  /** Long poll; SQS allows up to 20. */
  readonly receiveWaitSeconds: number;
  /** How long a drain may take before the process ends. */
  readonly drainSeconds: number;
}

export const DEFAULT_NUMBERS: DeliveryNumbers = {
  visibilityTimeoutSeconds: 30,
  handlerTimeoutSeconds: 60,
  maxAttempts: 5,
  maxBegunRuns: 15,
  receiveWaitSeconds: 20,
  drainSeconds: 25,
};
