import { type InFlight, type Phase } from '../delivery/in-flight';
import { PollerLine } from './poller-line';

/** How many messages to receive ahead of free permits, so that quick handlers need not wait for a receive. */
const LOOK_AHEAD = { max: 25, shareOfPermits: 1 / 4, whileRunsTakeMs: 100 };

/** The weight of the latest run in the mean time of runs. */
const WEIGHT = 1 / 128;

/**
 * `granted`: it runs, with a permit. `refused`: it has waited long enough, or a drain has begun. `behind`: it has waited
 * long enough, and others with begun runs waited before it came.
 */
export type Permit = 'granted' | 'refused' | 'behind';

interface Waiter {
  readonly flight: InFlight;
  readonly answer: (permit: Permit) => void;
}

const GRANTED: Promise<Permit> = Promise.resolve('granted');
const REFUSED: Promise<Permit> = Promise.resolve('refused');

/**
 * Decides what may be received and what may run, by the count of deliveries in each phase. A delivery holds a permit
 * while it is `running` or `overdue`. Messages are asked for until those asked for, waiting, running and overdue are as
 * many as the permits, and a few more (`LOOK_AHEAD`). As many again as there are permits may be recording or settling;
 * each one more takes from the room.
 */
export class Admission {
  private readonly counts: Record<Phase, number> = { waiting: 0, running: 0, recording: 0, settling: 0, overdue: 0 };
  private meanRunMs = Infinity;
  private readonly over = new AbortController();
  /** Deliveries whose handlers were told to stop and have not returned. */
  private readonly overdue = new Set<InFlight>();
  private readonly waiters: Waiter[] = [];
  /** Jobs with begun runs that had no outcome, fewest such runs first. One of them runs at a time. */
  private readonly suspects: Waiter[] = [];
  private suspect: InFlight | undefined;
  /** Which pollers may receive, and how many messages. */
  readonly pollers: PollerLine;

  constructor(private readonly permits: number) {
    this.pollers = new PollerLine(permits, () => this.room());
  }

  get waiting(): number {
    return this.counts.waiting;
  }

  get permitsHeld(): number {
    return this.counts.running + this.counts.overdue;
  }

  /** Handlers that were told to stop and have not returned. */
  get unreturned(): number {
    return this.overdue.size;
  }

  /** For how long, in ms, handlers that were told to stop have held every permit; 0 while one is free. */
  get stuckMs(): number {
    if (this.overdue.size < this.permits) return 0;
    return performance.now() - Math.max(...[...this.overdue].map(({ overdueSince }) => overdueSince));
  }

  /**
   * Handlers that were told to stop hold every permit, and each has had its timeout twice: none is expected to return.
   */
  get isStuck(): boolean {
    const now = performance.now();
    const isLost = ({ overdueSince, policy }: InFlight): boolean => now - overdueSince > policy.timeoutSeconds * 1_000;
    return this.overdue.size >= this.permits && [...this.overdue].every(isLost);
  }

  /** Takes in a delivery that has come; it waits. */
  admit(flight: InFlight): void {
    flight.phase = 'waiting';
    this.counts.waiting += 1;
  }

  /** Moves a delivery to another phase. */
  enter(flight: InFlight, phase: Phase): void {
    if (flight.phase === 'running') this.runTook(flight);
    if (flight === this.suspect && phase !== 'recording') this.suspect = undefined;
    this.move(flight, phase);
    if (phase === 'overdue') {
      flight.overdueSince = performance.now();
      this.overdue.add(flight);
    }
    this.changed();
  }

  /** Lets a delivery go that is settled and whose handler has returned. */
  leave(flight: InFlight): void {
    if (flight === this.suspect) this.suspect = undefined;
    this.overdue.delete(flight);
    this.counts[flight.phase] -= 1;
    this.changed();
  }

  /**
   * Resolves to `granted`, with the delivery `running`, or to `refused` or `behind` when there is no permit within `ms`;
   * `Infinity` waits until `endWaits`.
   */
  permit(flight: InFlight, ms: number): Promise<Permit> {
    if (this.ending.aborted) return REFUSED;
    const isSuspect = flight.standing.begun > 0;
    if (this.hasFreePermit() && !(isSuspect && this.suspect)) {
      this.begin(flight);
      return GRANTED;
    }
    return this.wait(flight, isSuspect ? this.suspects : this.waiters, ms);
  }

  /** Aborted when a drain begins, or an event's time is over: what would have to wait is not begun any more. */
  get ending(): AbortSignal {
    return this.over.signal;
  }

  /** From here on no delivery gets a permit. */
  endWaits(): void {
    this.over.abort();
    for (const { answer } of [...this.waiters.splice(0), ...this.suspects.splice(0)]) answer('refused');
  }

  private wait(flight: InFlight, line: Waiter[], ms: number): Promise<Permit> {
    const inVainIs: Permit = line === this.suspects && line.length > 0 ? 'behind' : 'refused';
    return new Promise((resolve) => {
      const inVain = (): void => {
        line.splice(line.indexOf(waiter), 1);
        // A message that no other kept from running waited for its permit in vain, so it was received too early.
        if (line === this.waiters) this.meanRunMs = Infinity;
        resolve(inVainIs);
      };
      const timer = ms === Infinity ? undefined : setTimeout(inVain, ms);
      const answer = (permit: Permit): void => {
        clearTimeout(timer);
        resolve(permit);
      };
      const waiter = { flight, answer };
      const { begun } = flight.standing;
      line.splice(1 + line.findLastIndex((other) => other.flight.standing.begun <= begun), 0, waiter);
    });
  }

  private hasFreePermit(): boolean {
    return this.permitsHeld < this.permits;
  }

  private begin(flight: InFlight): void {
    if (flight.standing.begun > 0) this.suspect = flight;
    flight.startedAt = performance.now();
    this.move(flight, 'running');
  }

  private move(flight: InFlight, phase: Phase): void {
    this.counts[flight.phase] -= 1;
    this.counts[phase] += 1;
    flight.phase = phase;
  }

  private runTook({ startedAt = 0 }: InFlight): void {
    const ms = performance.now() - startedAt;
    this.meanRunMs = Number.isFinite(this.meanRunMs) ? this.meanRunMs + (ms - this.meanRunMs) * WEIGHT : ms;
  }

  private changed(): void {
    while (this.hasFreePermit()) {
      const next = (this.suspect ? undefined : this.suspects.shift()) ?? this.waiters.shift();
      if (!next) break;
      this.begin(next.flight);
      next.answer('granted');
    }
    this.pollers.serve();
  }

  private room(): number {
    const { waiting, running, recording, settling, overdue } = this.counts;
    const { max, shareOfPermits, whileRunsTakeMs } = LOOK_AHEAD;
    const ahead = this.meanRunMs < whileRunsTakeMs ? Math.min(max, Math.floor(this.permits * shareOfPermits)) : 0;
    const onTheirWay = this.pollers.asked + waiting + running + overdue;
    return this.permits + ahead - onTheirWay - Math.max(0, recording + settling - this.permits);
  }
}
