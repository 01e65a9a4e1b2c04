import { type DeliveryNumbers } from './numbers';

/**
 * Seconds until a failed run is tried again: a random number up to `firstSeconds`, then `factor` times as much each
 * time.
 */
export interface Backoff {
  readonly firstSeconds: number;
  readonly maxSeconds: number;
  readonly factor: number;
}

/** The numbers by which a delivery is run, retried and given up: its handler's, and its queue's for the rest. */
export interface Policy extends Pick<DeliveryNumbers, 'maxAttempts' | 'maxBegunRuns'> {
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
export const queuePolicy = ({ maxAttempts, maxBegunRuns, handlerTimeoutSeconds }: DeliveryNumbers): Policy => ({
  maxAttempts,
  maxBegunRuns,
  timeoutSeconds: handlerTimeoutSeconds,
  backoff: BACKOFF,
});
