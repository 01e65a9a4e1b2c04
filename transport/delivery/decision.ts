import { type Standing } from './attempts';
import { type Why } from './dead-letter';
import { type Delivery } from './delivery';
import { type Outcome, type RunFailure, saying } from './outcome';
import { type Backoff, MAX_WITHIN_LEASE_SECONDS, type Policy } from './policy';

/** How a delivery ends. */
export type Decision =
  | { readonly action: 'delete' }
  /** Goes back to the queue without an attempt: the message is visible again at once, or after so long. */
  | { readonly action: 'release'; readonly afterSeconds?: number }
  | ({ readonly action: 'retry'; readonly afterSeconds: number } & RunFailure)
  | ({ readonly action: 'dead-letter' } & Why);

/** The job runs. `noted`: the record first notes that the run begins. */
export interface RunDecision {
  readonly action: 'run';
  readonly noted: boolean;
}

type Limits = Pick<Policy, 'maxAttempts' | 'maxBegunRuns'> & {
  /** Receives after which a message is dead-lettered if begun runs cannot be noted. */
  readonly maxReceives?: number | undefined;
};

/** The reason of a dead letter whose runs began again and again without any outcome. */
const UNSETTLED = 'unsettled';

/** The reason of a dead letter that was received too often, where begun runs cannot be noted. */
const RECEIVES = 'receives';

/**
 * Receives without an outcome before runs are noted. From the third receive on a run is noted before it begins, so a
 * job that ends the process each time does so 2 + `maxBegunRuns` times.
 */
const UNNOTED_RECEIVES = 2;

/** A first receive is run without asking how the job stands. */
export const RUN: RunDecision = { action: 'run', noted: false };

/**
 * Receives do not count if begun runs are noted: waiting, a drain and a store that is unavailable cost receives, too.
 */
export function decideBeforeRun(delivery: Delivery, standing: Standing, limits: Limits): Decision | RunDecision {
  const { attempts, begun, job } = standing;
  if (job !== 'open') return decideEnded(standing);
  if (attempts >= limits.maxAttempts) {
    return { action: 'dead-letter', reason: 'attempts', attempts, ...saying(`${attempts} runs failed before.`) };
  }
  if (begun >= limits.maxBegunRuns) {
    const error = `${begun} runs began and had no outcome: the job ends the process, or loses its lease, each time.`;
    return { action: 'dead-letter', reason: UNSETTLED, attempts, ...saying(error) };
  }
  if (delivery.receiveCount > (limits.maxReceives ?? Infinity)) {
    const error = `Received more than ${limits.maxReceives ?? 0} times, and nothing notes what became of it.`;
    return { action: 'dead-letter', reason: RECEIVES, attempts, ...saying(error) };
  }
  return { action: 'run', noted: begun > 0 || delivery.receiveCount - 1 - attempts >= UNNOTED_RECEIVES };
}

/** After a run that failed or rejected; `standing` counts it if it failed. `random` is in [0, 1). */
export function decideAfterRun(
  outcome: Exclude<Outcome, { kind: 'done' }>,
  standing: Standing,
  { maxAttempts, backoff, random }: Pick<Policy, 'maxAttempts' | 'backoff'> & { readonly random: number },
): Decision {
  const { attempts, job } = standing;
  const { error, publicError, thrown } = outcome;
  const failure: RunFailure = { error, publicError, thrown };
  if (job !== 'open') return decideEnded(standing);
  if (outcome.kind === 'reject') return { action: 'dead-letter', reason: outcome.reason, attempts, ...failure };
  if (attempts >= maxAttempts) return { action: 'dead-letter', reason: 'attempts', attempts, ...failure };
  const afterSeconds = requestedSeconds(outcome.afterSeconds) ?? backoffSeconds(attempts, backoff, random);
  return { action: 'retry', afterSeconds, ...failure };
}

/** For a job that another delivery has ended. */
export function decideEnded({ attempts, job }: Standing): Decision {
  if (job !== 'conflict') return { action: 'delete' };
  const error = 'A job with this id is done with another payload.';
  return { action: 'dead-letter', reason: 'conflict', attempts, ...saying(error) };
}

/**
 * Seconds until the next run, after `attempts` failed ones: a random number, so that jobs that failed together do not
 * come back together, up to 2, 4, 8, 16, ... 900 unless a policy says otherwise, and never below 1. `random` is in [0,
 * 1).
 */
export function backoffSeconds(
  attempts: number,
  { firstSeconds, maxSeconds, factor }: Backoff,
  random: number,
): number {
  return Math.max(1, Math.ceil(random * Math.min(maxSeconds, firstSeconds * factor ** (attempts - 1))));
}

/** The seconds that a handler asked for, within SQS's limits; undefined if that is no number. */
function requestedSeconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(0, Math.round(seconds)), MAX_WITHIN_LEASE_SECONDS);
}
