import { type Delivery } from './delivery';
import { type Outcome } from './outcome';
import { type Policy } from './policy';

/** What a handler gets beside its delivery. */
export interface Run {
  readonly signal: AbortSignal;
  /** The number of this run: the failed runs before it, and one. */
  readonly attempt: number;
  /** The work is over, and what is left is to record it: from here on the handler timeout counts no longer. */
  workEnded(): void;
}

/** Runs the handler of a delivery; never rejects. */
export type Handle = (delivery: Delivery, run: Run) => Promise<Outcome>;

/** The handlers of a queue, as the worker knows them. */
export interface Handlers {
  readonly handle: Handle;
  /** The policy of a delivery; asked once, when it is admitted. */
  readonly policyOf: (delivery: Delivery) => Policy;
  /** The type of a message that names none. */
  readonly defaultType: string | undefined;
  /** The types that have a handler. */
  readonly types: Iterable<string>;
}

/** Why a handler's signal was aborted; `signal.reason` is one of these. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
export class HandlerTimeout extends Error {
  override readonly name = 'HandlerTimeout';
}
export class DrainDeadline extends Error {
  override readonly name = 'DrainDeadline';
}
