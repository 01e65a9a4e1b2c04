/** How the deliveries of a queue live: limits, and times in seconds. */
export interface QueueNumbers {
  /** The lease of a delivery until the queue has told its own; heartbeats extend it while its handler runs. */
  readonly visibilityTimeoutSeconds: number;
  /** A handler past this gets its signal aborted, and the run counts as failed. */
  readonly handlerTimeoutSeconds: number;
  /** After this many failed runs a message is dead-lettered. */
  readonly maxAttempts: number;
  /** Receives without any outcome after which a message is dead-lettered as `unsettled`. */
  readonly maxUnsettledReceives: number;
  /** Long poll; SQS allows up to 20. */
  readonly receiveWaitSeconds: number;
  /** How long a drain may take. ECS and Kubernetes kill after 30 s unless told otherwise. */
  readonly drainSeconds: number;
}

export const DEFAULT_NUMBERS: QueueNumbers = {
  visibilityTimeoutSeconds: 30,
  handlerTimeoutSeconds: 60,
  maxAttempts: 5,
  maxUnsettledReceives: 15,
  receiveWaitSeconds: 20,
  drainSeconds: 25,
};
