import { type Job } from '../contract/job';
import { type Effect, type OnceAnswer, type Records } from '../results/records';

/** What a run may use beside its job. */
export interface WorkContext {
  /** Aborted when the lease is lost, the handler timeout is over or the process ends. */
  readonly signal: AbortSignal;
  /** For `onceElsewhere`. */
  readonly records: Records;
}

/**
 * The work of a job: it may run more than once, what it returns takes effect once; an answer of `onceElsewhere` did
 * already. What it throws is a failed run, tried again after a backoff; a `Rejection` dead-letters the job at once.
 */
export type Work = (job: Job, context: WorkContext) => Effect | Promise<Effect | OnceAnswer>;

/** Token under which Nest injects the `Work`. */
export const WORK = Symbol('work');
