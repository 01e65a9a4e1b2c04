import { Logger } from '@nestjs/common';
import { type Settlement } from '../settle/settlement';
import { type Deliveries } from './deliveries';
import { type InFlight, leaseEnd } from '../delivery/in-flight';

/** How often leases are checked within the length of one. They are extended once half is gone. */
const LOOKS_PER_LEASE = 8;
const MAX_LOOK_MS = 5_000;
/** The handler is told to stop this long before SQS's 12 hours are over. */
const CAP_MARGIN_SECONDS = 60;
/** A check that is late by more than this share of a lease was held up by handlers; leases may have ended meanwhile. */
const LATE_SHARE = 1 / 4;

/**
 * Keeps the leases of deliveries in flight, by one timer and batched calls, and aborts the handler's signal when one is
 * lost.
 */
export class Heartbeats {
  private readonly logger = new Logger('Heartbeats');
  private timer: NodeJS.Timeout | undefined;
  private nextLook = 0;

  constructor(
    private readonly settlement: Settlement,
    private readonly flights: Deliveries,
    /** The lease in seconds; an extension asks for as much. */
    readonly leaseSeconds: () => number,
  ) {}

  /** Starts the timer, which runs until nothing is in flight. */
  start(): void {
    if (this.timer) return;
    const everyMs = Math.min(MAX_LOOK_MS, (this.leaseSeconds() * 1_000) / LOOKS_PER_LEASE);
    this.nextLook = performance.now() + everyMs;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.look();
      if (this.flights.size > 0) this.start();
    }, everyMs);
  }

  /** Ends the timer at once. It would end by itself at the next check, and keep the process alive until then. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    const leaseMs = this.leaseSeconds() * 1_000;
    const lateMs = performance.now() - this.nextLook;
    if (lateMs > leaseMs * LATE_SHARE) {
      const seconds = (lateMs / 1_000).toFixed(1);
      this.logger.warn(
        `Nothing ran here for ${seconds} s, so no lease was kept: a handler held the event loop (use a worker thread), or the process was stopped.`,
      );
    }
    for (const flight of this.flights) {
      if (!flight.beating || flight.hasLostLease) continue;
      if (flight.hasLeaseEnded()) flight.loseLease('The lease ran out before it could be extended.');
      else if (!flight.extending && flight.leaseLeftMs() <= leaseMs / 2) this.extend(flight);
    }
  }

  private extend(flight: InFlight): void {
    const seconds = this.secondsToAskFor(flight);
    if (seconds > 0) flight.extending = this.extendBy(flight, seconds);
    else flight.loseLease('SQS keeps a message invisible for up to 12 hours.');
  }

  private async extendBy(flight: InFlight, seconds: number): Promise<void> {
    try {
      const end = leaseEnd(seconds);
      const handle = flight.delivery.receiptHandle;
      const extension = await this.settlement.extend(flight.delivery, seconds);
      if (handle !== flight.delivery.receiptHandle || flight.hasLostLease || !flight.beating) return;
      if (extension === 'extended') flight.extendTo(end);
      else if (extension === 'lost') flight.loseLease('SQS says the lease is gone.');
    } finally {
      flight.extending = undefined;
    }
  }

  /** 0 if too little is left of the 12 hours since the receive. */
  private secondsToAskFor(flight: InFlight): number {
    const left = flight.hiddenSecondsLeft();
    return left <= CAP_MARGIN_SECONDS ? 0 : Math.min(this.leaseSeconds(), left);
  }
}
