import { type DeadLetter } from './dead-letter';
import { type Delivery } from './delivery';

/** How a job stands: its failed runs, and whether another delivery of it has succeeded. */
export interface Standing {
  readonly attempts: number;
  /** The delivery has nothing left to do: it is deleted, not run and not dead-lettered. */
  readonly done: boolean;
}

/**
 * Where failed runs are counted. A port: the application implements it on its store. A call that
 * rejects means the store is away; the delivery is then released later, uncounted.
 */
export interface Attempts {
  /** Before a run; asked only from the second receive on, so a fresh job costs no read. */
  standing(delivery: Delivery): Promise<Standing>;
  /** One more failed run. */
  fail(delivery: Delivery, error: string): Promise<Standing>;
  /** After the dead letter was sent, before its source is deleted. */
  deadLettered(delivery: Delivery, deadLetter: DeadLetter): Promise<void>;
  /** The id the application knows the job by; undefined if the body holds none. */
  jobId(delivery: Delivery): string | undefined;
}

/** Without a store: every earlier receive counts as a failed run. */
export const receiveCountAttempts: Attempts = {
  standing: (delivery) => Promise.resolve({ attempts: delivery.receiveCount - 1, done: false }),
  fail: (delivery) => Promise.resolve({ attempts: delivery.receiveCount, done: false }),
  deadLettered: () => Promise.resolve(),
  jobId: () => undefined,
};
