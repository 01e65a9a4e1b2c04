const BASE_SECONDS = 1;
const CAP_SECONDS = 900;

/** SQS keeps a message invisible at most 12 hours from its receive. */
export const MAX_LEASE_SECONDS = 43_200;

/** The 12 hours count from the receive, and a handler has used some of them. */
export const LONGEST_RELEASE_SECONDS = MAX_LEASE_SECONDS - 3_600;

/**
 * Seconds until the next run, after `attempts` failed ones: full jitter over 2, 4, 8, 16, ... up to 900, at least 1,
 * so that jobs that failed together do not come back together.
 * `random` is in [0, 1).
 */
export function backoffSeconds(attempts: number, random: number): number {
  const ceiling = Math.min(CAP_SECONDS, BASE_SECONDS * 2 ** attempts);
  return Math.max(1, Math.ceil(random * ceiling));
}
