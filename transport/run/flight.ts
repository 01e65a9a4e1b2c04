import { type Standing } from '../delivery/attempts';
import { type Delivery } from '../delivery/delivery';

/** What a run gives its handler beside the delivery. */
export interface Run {
  readonly signal: AbortSignal;
  /** The work is over, what is left is to record it: from here the handler timeout counts no longer. */
  workEnded(): void;
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

/** A delivery from admission to settlement, and what its handler gets beside it. */
export class Flight implements Run {
  /** Where `Flights` finds it. */
  place = -1;
  heartbeatPlace = -1;
  /** Made when someone asks for the signal. */
  private controller: AbortController | undefined;
  private abortReason: Error | undefined;
  /** Milliseconds since the epoch; counted from the receive, later from before the call that extended it. */
  leaseUntil: number;
  private lost = false;
  startedAt: number | undefined;
  /** As the attempts port said before the run. */
  standing: Standing = { attempts: 0, begun: 0, job: 'open' };
  /** Its handler was told to stop and did not return in time; the permit goes back when it does. */
  overdue = false;
  /** The drain deadline has passed: whatever is still waited for is not. */
  givenUp = false;
  /** Ends the wait for the handler, while one is waited for. */
  onGivenUp: (() => void) | undefined;
  /** Gives the permit back, and room; undefined while it has none. */
  onWorkEnded: (() => void) | undefined;
  /** What is left is to record and to settle it. */
  workIsOver = false;

  constructor(
    readonly delivery: Delivery,
    visibilitySeconds: number,
  ) {
    this.leaseUntil = delivery.receivedAt + visibilitySeconds * 1_000;
  }

  get signal(): AbortSignal {
    if (this.controller) return this.controller.signal;
    this.controller = new AbortController();
    if (this.abortReason) this.controller.abort(this.abortReason);
    return this.controller.signal;
  }

  /** Why its handler is to stop; undefined while it may go on. */
  abortedBy(): Error | undefined {
    return this.abortReason;
  }

  /** The first reason counts. */
  abort(reason: Error): void {
    this.abortReason ??= reason;
    this.controller?.abort(this.abortReason);
  }

  workEnded(): void {
    const end = this.onWorkEnded;
    if (!end) return;
    this.onWorkEnded = undefined;
    this.workIsOver = true;
    end();
  }

  /** Whether someone else may have the job by now. */
  hasLostLease(): boolean {
    return this.lost;
  }

  loseLease(message: string): void {
    this.lost = true;
    this.abort(new LeaseLost(message));
  }

  /** The message came again while its handler runs here: settle by the new handle. The handler stays aborted. */
  adopt(again: Delivery, visibilitySeconds: number): void {
    this.delivery.receiptHandle = again.receiptHandle;
    this.leaseUntil = again.receivedAt + visibilitySeconds * 1_000;
    this.lost = false;
  }
}
