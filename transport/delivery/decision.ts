import { type Standing } from './attempts';
import { backoffSeconds, LONGEST_RELEASE_SECONDS } from './backoff';
import { type Delivery } from './delivery';
import { type QueueNumbers } from './numbers';
import { type Outcome } from './outcome';

/** What becomes of a delivery. */
export type Decision =
  | { readonly action: 'delete' }
  | Release
  | { readonly action: 'dead-letter'; readonly reason: string; readonly error: string; readonly attempts: number };

interface Release {
  readonly action: 'release';
  readonly afterSeconds: number;
  /** To be tried again, no sooner: on a FIFO queue it waits here, ahead of its group. */
  readonly retry?: true;
}

type Limits = Pick<QueueNumbers, 'maxAttempts' | 'maxUnsettledReceives'>;

/** The reason of a dead letter that was received again and again without any outcome. */
export const UNSETTLED = 'unsettled';

/** Receives before this one that ended neither well nor badly. */
const unsettledReceives = ({ receiveCount }: Delivery, { attempts }: Standing): number => receiveCount - 1 - attempts;

/** From here it might be what ends the process, or lost its lease, each time. */
const SUSPECT_FROM = 3;

/** 0: it is no suspect. */
export const suspicion = (delivery: Delivery, standing: Standing): number =>
  Math.max(0, unsettledReceives(delivery, standing) - SUSPECT_FROM + 1);

/**
 * Before a run: undefined means run it. Unsettled receives count apart from attempts, and not at all for one that is
 * excused: should it be what ends the process as well, nothing excuses it the next time.
 */
export function decideBeforeRun(
  delivery: Delivery,
  standing: Standing,
  limits: Limits & { readonly isExcused: boolean },
): Decision | undefined {
  const { attempts, job } = standing;
  if (job !== 'open') return decideEnded(standing);
  if (attempts >= limits.maxAttempts) {
    return { action: 'dead-letter', reason: 'attempts', error: `${attempts} runs failed before.`, attempts };
  }
  const unsettled = unsettledReceives(delivery, standing);
  if (limits.isExcused || unsettled < limits.maxUnsettledReceives) return undefined;
  const error = `Received ${unsettled} times without any outcome: it ends the process, or loses its lease, each time.`;
  return { action: 'dead-letter', reason: UNSETTLED, error, attempts };
}

/** After a run; `standing` counts that run if it failed. `random` is in [0, 1). */
export function decideAfterRun(
  outcome: Outcome,
  standing: Standing,
  { maxAttempts, random }: Limits & { readonly random: number },
): Decision {
  const { attempts, job } = standing;
  if (outcome.kind === 'done') return { action: 'delete' };
  if (job !== 'open') return decideEnded(standing);
  if (outcome.kind === 'reject')
    return { action: 'dead-letter', reason: outcome.reason, error: outcome.error, attempts };
  if (attempts >= maxAttempts) return { action: 'dead-letter', reason: 'attempts', error: outcome.error, attempts };
  const afterSeconds = wishedSeconds(outcome.afterSeconds) ?? backoffSeconds(attempts, random);
  return { action: 'release', afterSeconds, retry: true };
}

/** Another delivery of the job has ended. */
function decideEnded({ attempts, job }: Standing): Decision {
  if (job !== 'conflict') return { action: 'delete' };
  return {
    action: 'dead-letter',
    reason: 'conflict',
    error: 'A job with this id is done with another payload.',
    attempts,
  };
}

/** What a handler asked for, within what SQS takes; undefined for no number. */
function wishedSeconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(0, Math.round(seconds)), LONGEST_RELEASE_SECONDS);
}
