import { MAX_LEASE_SECONDS } from '../delivery/backoff';
import { type Flight } from './flight';
import { Flights } from './flights';
import { type Settlement } from '../settle/settlement';

/** Leases are looked at this often per visibility timeout, and extended once half is gone. */
const LOOKS_PER_LEASE = 8;
const MAX_LOOK_MS = 5_000;
/** The handler is told this long before SQS's 12 hours end. */
const CAP_MARGIN_SECONDS = 60;

/** Keeps the leases of running handlers: one timer, batched calls, and word to the handler when a lease is lost. */
export class Heartbeats {
  private readonly flights = new Flights('heartbeatPlace');
  private readonly extending = new Map<Flight, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settlement: Settlement,
    /** Seconds; also what an extension asks for. */
    readonly visibilitySeconds: () => number,
  ) {}

  add(flight: Flight): void {
    this.flights.add(flight);
    const everyMs = Math.min(MAX_LOOK_MS, (this.visibilitySeconds() * 1_000) / LOOKS_PER_LEASE);
    this.timer ??= setInterval(() => {
      this.look(Date.now());
    }, everyMs);
  }

  /** Resolves when no extension of this lease is on its way, so that none undoes what is decided next; undefined: none is. */
  remove(flight: Flight): Promise<void> | undefined {
    this.flights.delete(flight);
    if (this.flights.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    return this.extending.get(flight);
  }

  private look(now: number): void {
    const halfMs = (this.visibilitySeconds() * 1_000) / 2;
    for (const flight of this.flights) {
      if (flight.hasLostLease()) continue;
      if (now >= flight.leaseUntil) flight.loseLease('The lease ran out before it could be extended.');
      else if (flight.leaseUntil - now <= halfMs && !this.extending.has(flight)) this.startExtending(flight, now);
    }
  }

  private startExtending(flight: Flight, now: number): void {
    const extending = this.extend(flight, now).finally(() => this.extending.delete(flight));
    this.extending.set(flight, extending);
  }

  private async extend(flight: Flight, now: number): Promise<void> {
    const heldSeconds = (now - flight.delivery.receivedAt) / 1_000;
    const leftSeconds = Math.floor(MAX_LEASE_SECONDS - heldSeconds) - 1;
    if (leftSeconds <= CAP_MARGIN_SECONDS) {
      flight.loseLease('SQS keeps a message invisible for 12 hours at most.');
      return;
    }
    const seconds = Math.min(this.visibilitySeconds(), leftSeconds);
    const handle = flight.delivery.receiptHandle;
    const extension = await this.settlement.extend(flight.delivery, seconds);
    if (handle !== flight.delivery.receiptHandle || flight.hasLostLease() || !this.flights.has(flight)) return;
    if (extension === 'extended') flight.leaseUntil = now + seconds * 1_000;
    else if (extension === 'lost') flight.loseLease('SQS says the lease is gone.');
  }
}
