import { type Standing } from '../delivery/attempts';
import { type Delivery } from '../delivery/delivery';
import { MAX_LEASE_SECONDS, type Policy } from '../delivery/policy';
import { type TypeMetrics } from '../metrics/consumer-metrics';
import { Execution, LeaseLost } from './execution';

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

interface InFlightOptions {
  readonly policy: Policy;
  readonly counts: TypeMetrics;
  readonly leaseSeconds: number;
  readonly onWorkEnded?: (flight: InFlight) => void;
}

/** A delivery from its receive until it is settled and its handler has returned. */
export class InFlight extends Execution {
  /** Its handler's policy, or its queue's. */
  readonly policy: Policy;
  /** The counters of its type. */
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
  /** The drain deadline, or the time of its event, has passed: nothing is waited for any more. */
  givenUp = false;
  /** Whether heartbeats keep its lease. */
  beating = true;
  /** The extension on its way, if any. */
  extending: Promise<void> | undefined;
  /** By the monotonic clock. */
  readonly arrivedAt = performance.now();
  private lost = false;
  private ends: { readonly monotonic: number; readonly wall: number };

  constructor(delivery: Delivery, { policy, counts, leaseSeconds, onWorkEnded }: InFlightOptions) {
    super(delivery, () => onWorkEnded?.(this));
    this.policy = policy;
    this.counts = counts;
    this.ends = leaseEnd(leaseSeconds);
  }

  override get attempt(): number {
    return this.standing.attempts + 1;
  }

  /** Whether the delivery is still for this process to settle. */
  get isOurs(): boolean {
    return !this.lost && !this.givenUp;
  }

  get hasLostLease(): boolean {
    return this.lost;
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
    this.lost = true;
    this.counts.leasesLost.add();
    this.abort(new LeaseLost(message));
  }

  extendTo(end: { readonly monotonic: number; readonly wall: number }): void {
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
    this.lost = false;
  }
}

/** When a lease of `seconds` that begins now ends, by both clocks. */
export const leaseEnd = (seconds: number): { readonly monotonic: number; readonly wall: number } => ({
  monotonic: performance.now() + seconds * 1_000,
  wall: Date.now() + seconds * 1_000,
});
