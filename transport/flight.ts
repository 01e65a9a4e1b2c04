import { type Standing } from './attempts';
import { type Delivery } from './delivery';

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

/** A delivery from admission to settlement. */
export class Flight {
  readonly controller = new AbortController();
  /** Milliseconds since the epoch; counted from the receive, later from before the call that extended it. */
  leaseUntil: number;
  private lost = false;
  startedAt: number | undefined;
  /** As the attempts port said before the run. */
  standing: Standing = { attempts: 0, job: 'open' };
  /** Its handler was told to stop and did not return in time; the permit goes back when it does. */
  overdue = false;
  /** The drain deadline has passed: whatever is still waited for is not. */
  givenUp = false;
  /** Ends the wait for the handler, while one is waited for. */
  onGivenUp: (() => void) | undefined;
  /** The handler's work is over, and what is left is to record it: its timeout counts no longer. */
  onWorkEnded: (() => void) | undefined;

  constructor(
    readonly delivery: Delivery,
    visibilitySeconds: number,
  ) {
    this.leaseUntil = delivery.receivedAt + visibilitySeconds * 1_000;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether someone else may have the job by now. */
  hasLostLease(): boolean {
    return this.lost;
  }

  loseLease(message: string): void {
    this.lost = true;
    this.controller.abort(new LeaseLost(message));
  }

  /** The message came again while its handler runs here: settle by the new handle. The handler stays aborted. */
  adopt(again: Delivery, visibilitySeconds: number): void {
    this.delivery.receiptHandle = again.receiptHandle;
    this.leaseUntil = again.receivedAt + visibilitySeconds * 1_000;
    this.lost = false;
  }
}
