import { type Standing } from './attempts';
import { type Delivery } from './delivery';
import { type Outcome } from './outcome';
import { MAX_LEASE_SECONDS, type Policy } from './policy';
import { type TypeMetrics } from '../metrics/consumer-metrics';
import { type Handle, LeaseLost, type Run } from './handler';

/**
 * Where a delivery stands in this process:
 *
 *     waiting ──► running ──► recording ──► settling
 *        │           │                         ▲
 *        ├───────────┼─────────────────────────┤
 *        ▲           └──► overdue ─────────────┘
 *        └── on a FIFO queue, until it is tried again
 *
 * `waiting` for its turn or a permit; `running` with one; `recording` after its work, without one; `settling` once its
 * end is decided; `overdue` while its handler was told to stop and has not returned: it keeps its permit.
 * `Admission` alone moves it.
 */
export type Phase = 'waiting' | 'running' | 'recording' | 'settling' | 'overdue';

/** The end of a lease, by both clocks. */
interface LeaseEnd {
  readonly monotonic: number;
  readonly wall: number;
}

interface InFlightOptions {
  /** Its handler's policy, or its queue's. */
  readonly policy: Policy;
  /** The counters of its type. */
  readonly counts: TypeMetrics;
  readonly leaseSeconds: number;
}

interface RunEvents {
  readonly workEnded: () => void;
  /** The handler has returned after its timeout, or after it was given up. */
  readonly returned: (late: Outcome) => void;
}

/**
 * A delivery from its receive until it is settled and its handler has returned. A signal tells the handler to stop, and
 * its run is waited for no longer than its timeout.
 */
export class InFlight implements Run {
  readonly policy: Policy;
  readonly counts: TypeMetrics;
  /** Set by `Admission` alone, and so is `overdueSince`. */
  phase: Phase = 'waiting';
  /** By the monotonic clock; 0 until it is overdue. */
  overdueSince = 0;
  /** Its index in `Deliveries`. */
  place = -1;
  /** What the attempts port said before the run. */
  standing: Standing = { attempts: 0, begun: 0, job: 'open' };
  /** The record holds a note that its run has begun. */
  noted = false;
  /** By the monotonic clock; undefined before its first run. */
  startedAt: number | undefined;
  /** Whether heartbeats keep its lease. */
  beating = true;
  /** The extension on its way, if any. */
  extending: Promise<void> | undefined;
  /** By the monotonic clock. */
  readonly arrivedAt = performance.now();
  /** Another consumer may have the message. */
  hasLostLease = false;
  /** Why the handler is to stop; undefined while it may go on. */
  abortedBy: Error | undefined;
  private ends: LeaseEnd;
  private givenUp = false;
  /** Made when the handler asks for its signal. */
  private controller: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopWaiting: (() => void) | undefined;
  private whenWorkEnds: (() => void) | undefined;

  constructor(
    readonly delivery: Delivery,
    { policy, counts, leaseSeconds }: InFlightOptions,
  ) {
    this.policy = policy;
    this.counts = counts;
    this.ends = leaseEnd(leaseSeconds);
  }

  get attempt(): number {
    return this.standing.attempts + 1;
  }

  get signal(): AbortSignal {
    if (this.controller) return this.controller.signal;
    this.controller = new AbortController();
    if (this.abortedBy) this.controller.abort(this.abortedBy);
    return this.controller.signal;
  }

  /** The first reason counts. */
  abort(reason: Error): void {
    this.abortedBy ??= reason;
    this.controller?.abort(this.abortedBy);
  }

  workEnded(): void {
    clearTimeout(this.timer);
    this.whenWorkEnds?.();
  }

  /** Resolves to the outcome, or to `overdue` once the timeout is over or the delivery is given up. */
  run(handle: Handle, { workEnded, returned }: RunEvents): Promise<Outcome | 'overdue'> {
    this.whenWorkEnds = workEnded;
    return new Promise((resolve) => {
      let waiting = true;
      this.stopWaiting = () => {
        clearTimeout(this.timer);
        waiting = false;
        resolve('overdue');
      };
      this.timer = setTimeout(this.stopWaiting, this.policy.timeoutSeconds * 1_000);
      void handle(this.delivery, this).then((outcome) => {
        clearTimeout(this.timer);
        if (waiting) resolve(outcome);
        else returned(outcome);
      });
    });
  }

  /** The drain deadline, or the time of its event, has passed: nothing is waited for any more. */
  giveUp(): void {
    this.givenUp = true;
    this.stopWaiting?.();
  }

  /** Whether the delivery is still for this process to settle. */
  get isOurs(): boolean {
    return !this.hasLostLease && !this.givenUp;
  }

  /**
   * Milliseconds until the lease ends, by the clock that says less: sleep stops the monotonic clock, a step moves the
   * other.
   */
  leaseLeftMs(): number {
    return Math.min(this.ends.monotonic - performance.now(), this.ends.wall - Date.now());
  }

  /** For how many more seconds SQS can hide its message: 12 hours in all, from the receive on. */
  hiddenSecondsLeft(): number {
    return Math.max(0, Math.floor(MAX_LEASE_SECONDS - (performance.now() - this.arrivedAt) / 1_000) - 1);
  }

  /** True if both clocks say so. If only one does, the lease may still hold, and SQS is asked. */
  hasLeaseEnded(): boolean {
    return performance.now() >= this.ends.monotonic && Date.now() >= this.ends.wall;
  }

  loseLease(message: string): void {
    this.hasLostLease = true;
    this.counts.leasesLost.add();
    this.abort(new LeaseLost(message));
  }

  extendTo(end: LeaseEnd): void {
    this.ends = end;
  }

  /** Stops extending the lease. Resolves when no extension is on its way, so that none undoes what comes next. */
  async endLease(): Promise<void> {
    this.beating = false;
    if (this.extending) await this.extending;
  }

  /**
   * Takes over the new receipt of a message that came again while in flight here. A handler that was told to stop stays
   * so.
   */
  adopt(again: Delivery, leaseSeconds: number): void {
    this.delivery.receiptHandle = again.receiptHandle;
    this.ends = leaseEnd(leaseSeconds);
    this.hasLostLease = false;
  }
}

/** Makes a delivery one in flight. */
export type FlightOf = (delivery: Delivery, leaseSeconds: number) => InFlight;

/** When a lease of `seconds` that begins now ends. */
export const leaseEnd = (seconds: number): LeaseEnd => ({
  monotonic: performance.now() + seconds * 1_000,
  wall: Date.now() + seconds * 1_000,
});
