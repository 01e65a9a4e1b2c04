/** The numbers of a queue; a handler may have its own `maxAttempts` and timeout. All times are in seconds. */
export interface QueueNumbers {
  /** Handlers that run at once; default 100. As many deliveries again, and 25, may wait for a permit or be settled. */
  readonly concurrency: number;
  /**
   * Long polls at once under load, and one while idle; default 10. At most a tenth of `concurrency`, and 40. 0: none,
   * for `takeEvent`.
   */
  readonly pollers: number;
  /** The lease to ask for at each receive. Unless given: the queue's own visibility timeout. */
  readonly leaseSeconds: number | undefined;
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

/**
 * Seconds until a failed run is tried again: a random number up to `firstSeconds`, then `factor` times as much each
 * time.
 */
export interface Backoff {
  readonly firstSeconds: number;
  readonly maxSeconds: number;
  readonly factor: number;
}

type RunNumbers = Pick<QueueNumbers, 'maxAttempts' | 'maxBegunRuns' | 'handlerTimeoutSeconds'>;

/** The numbers by which a delivery is run, retried and given up: its handler's, and its queue's for the rest. */
export interface Policy extends Omit<RunNumbers, 'handlerTimeoutSeconds'> {
  readonly timeoutSeconds: number;
  readonly backoff: Backoff;
}

/** SQS keeps a message invisible for up to 12 hours from its receive. */
export const MAX_LEASE_SECONDS = 43_200;

/**
 * Limits one run, and one wait for the next, to 11 hours. The twelfth hour is for what the delivery has waited before,
 * and for settling it.
 */
export const MAX_WITHIN_LEASE_SECONDS = MAX_LEASE_SECONDS - 3_600;

const BACKOFF: Backoff = { firstSeconds: 2, maxSeconds: 900, factor: 2 };

/** The policy of a delivery without a handler, or whose handler has no numbers of its own. */
export const queuePolicy = ({ maxAttempts, maxBegunRuns, handlerTimeoutSeconds }: RunNumbers): Policy => ({
  maxAttempts,
  maxBegunRuns,
  timeoutSeconds: handlerTimeoutSeconds,
  backoff: BACKOFF,
});
