import { type Delivery } from '../delivery/delivery';
import { type Outcome } from '../delivery/outcome';
import { type Policy } from '../delivery/policy';
import { type TypeMetrics } from '../metrics/consumer-metrics';

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

/** The policy of a delivery; asked once, when it is admitted. */
export type PolicyOf = (delivery: Delivery) => Policy;

/** The counters of a delivery; asked once, when it is admitted. */
export type CountsOf = (delivery: Delivery) => TypeMetrics;

/** The handlers of a queue, as the worker knows them. */
export interface Handlers {
  readonly handle: Handle;
  readonly policyOf: PolicyOf;
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

/**
 * The runs of one delivery's handler. A signal tells them to stop, and they are waited for no longer than their
 * timeout.
 */
export abstract class Execution implements Run {
  abstract readonly attempt: number;
  /** Made when the handler asks for its signal. */
  private controller: AbortController | undefined;
  private reason: Error | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopWaiting: (() => void) | undefined;

  constructor(
    readonly delivery: Delivery,
    private readonly onWorkEnded: () => void = () => undefined,
  ) {}

  get signal(): AbortSignal {
    if (this.controller) return this.controller.signal;
    this.controller = new AbortController();
    if (this.reason) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  /** Why the handler is to stop; undefined while it may go on. */
  get abortedBy(): Error | undefined {
    return this.reason;
  }

  /** The first reason counts. */
  abort(reason: Error): void {
    this.reason ??= reason;
    this.controller?.abort(this.reason);
  }

  workEnded(): void {
    clearTimeout(this.timer);
    this.onWorkEnded();
  }

  /** Stops waiting for the handler, whatever it does. */
  giveUp(): void {
    this.stopWaiting?.();
  }

  /**
   * Resolves to the outcome, or to `overdue` once the timeout is over or the run is given up. `returned` is called for
   * a handler that returns after that.
   */
  run(handle: Handle, timeoutSeconds: number, returned: (late: Outcome) => void): Promise<Outcome | 'overdue'> {
    return new Promise((resolve) => {
      let waiting = true;
      this.stopWaiting = () => {
        clearTimeout(this.timer);
        waiting = false;
        resolve('overdue');
      };
      this.timer = setTimeout(this.stopWaiting, timeoutSeconds * 1_000);
      void handle(this.delivery, this).then((outcome) => {
        clearTimeout(this.timer);
        if (waiting) resolve(outcome);
        else returned(outcome);
      });
    });
  }
}
