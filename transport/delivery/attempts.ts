import { type DeadLetter } from './dead-letter';
import { type Delivery } from './delivery';
import { type RunFailure } from './outcome';

/** What the store says about the job of a delivery. */
export interface Standing {
  /** Failed runs. */
  readonly attempts: number;
  /** Runs that were noted as begun and have had no outcome yet. */
  readonly begun: number;
  /**
   * `open`: the delivery is to be run. `done`: another delivery of the job has succeeded, and this one is deleted.
   * `moved`: another delivery of this very message was dead-lettered, and this one is deleted. `conflict`: the job is
   * done with another payload, and this delivery is dead-lettered.
   */
  readonly job: 'open' | 'done' | 'moved' | 'conflict';
}

/**
 * Where failed and begun runs are counted. A port: the application implements it on its store. A call that rejects
 * means that the store is unavailable: the delivery keeps its lease, and the call is made again until it is answered.
 */
export interface Attempts {
  /**
   * Receives after which a message is dead-lettered as `receives`. Undefined if the notes of `begin` outlive the
   * process, so that begun runs are limited instead.
   */
  readonly maxReceives?: number;
  /** Asked before a run from the second receive on, so that a fresh job costs no read. */
  standing(delivery: Delivery): Promise<Standing>;
  /** Notes that a run begins; the answer counts it. Anything but `open` means that the job must not run. */
  begin(delivery: Delivery): Promise<Standing>;
  /** Takes back the note of a run that was stopped from outside: by a drain, or by the deadline of an event. */
  takeBack(delivery: Delivery): Promise<void>;
  /** Counts one more failed run. `noted`: it was noted as begun, and this takes the note back. */
  fail(delivery: Delivery, failure: RunFailure, noted: boolean): Promise<Standing>;
  /**
   * Called before the source is deleted. `sent`: the dead letter is in its queue; otherwise it could not be sent yet.
   */
  deadLettered(delivery: Delivery, deadLetter: DeadLetter, sent: boolean): Promise<void>;
  /** The id by which the application knows the job; undefined if the body holds none. */
  jobId(delivery: Delivery): string | undefined;
}
