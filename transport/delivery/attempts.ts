import { type DeadLetter } from './dead-letter';
import { type Delivery } from './delivery';

/** How the job of a delivery stands. */
export interface Standing {
  /** Failed runs. */
  readonly attempts: number;
  /**
   * `open`: to be run. `done`: another delivery of it has succeeded, so this one is deleted, not run and not
   * dead-lettered. `moved`: another delivery of this very message was dead-lettered: deleted, too. `conflict`: done with
   * another payload, so this one is dead-lettered.
   */
  readonly job: 'open' | 'done' | 'moved' | 'conflict';
}

/**
 * Where failed runs are counted. A port: the application implements it on its store. A call that rejects means the store
 * is away: the delivery keeps its lease, and the call is made again until it is answered.
 */
export interface Attempts {
  /** Before a run; asked only from the second receive on, so a fresh job costs no read. */
  standing(delivery: Delivery): Promise<Standing>;
  /** One more failed run. */
  fail(delivery: Delivery, error: string): Promise<Standing>;
  /** Before the source is deleted. `sent`: the dead letter is in its queue; otherwise SQS's own redrive has to move it. */
  deadLettered(delivery: Delivery, deadLetter: DeadLetter, sent: boolean): Promise<void>;
  /** The id the application knows the job by; undefined if the body holds none. */
  jobId(delivery: Delivery): string | undefined;
}

/** Without a store: every earlier receive counts as a failed run. */
export const receiveCountAttempts: Attempts = {
  standing: (delivery) => Promise.resolve({ attempts: delivery.receiveCount - 1, job: 'open' }),
  fail: (delivery) => Promise.resolve({ attempts: delivery.receiveCount, job: 'open' }),
  deadLettered: () => Promise.resolve(),
  jobId: () => undefined,
};
