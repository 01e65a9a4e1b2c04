/**
 * The numbers of a queue's deliveries; a handler may have its own `maxAttempts` and timeout. All times are in seconds.
 */
export interface DeliveryNumbers {
  /** After this the handler's signal is aborted and its run counts as a failed attempt. Default 60. */
  readonly handlerTimeoutSeconds: number;
  /** Failed runs after which a job is dead-lettered. Default 5. */
  readonly maxAttempts: number;
  /**
   * Begun runs without an outcome after which a job is dead-lettered as `unsettled`, without another run. Default 15.
   */
  readonly maxBegunRuns: number;
  /** Long poll; SQS allows up to 20, the default. */
  readonly receiveWaitSeconds: number;
  /** How long a drain may take before the process ends. Default 25. */
  readonly drainSeconds: number;
}
