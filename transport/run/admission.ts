import { type InFlight, type Phase } from './in-flight';

/** SQS hands out up to ten messages a receive. */
const MAX_PER_RECEIVE = 10;

/** How long a poller with room for some waits for room for more: a call for one message costs as much as one for ten. */
const PATIENCE_MS = 20;

/** Messages to receive ahead of free permits, so that quick handlers need not wait for a receive. */
const LOOK_AHEAD = { max: 25, shareOfPermits: 1 / 4, whileRunsTakeMs: 100 };

/** How much one run moves the mean of what runs take. */
const WEIGHT = 1 / 128;

/** `granted`: it runs, with a permit. `refused`: it has waited long enough, or a drain has begun. */
export type Permit = 'granted' | 'refused';

interface Poller {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
  impatience?: NodeJS.Timeout;
}

interface Waiter {
  readonly flight: InFlight;
  readonly answer: (permit: Permit) => void;
}

const GRANTED: Promise<Permit> = Promise.resolve('granted');
const REFUSED: Promise<Permit> = Promise.resolve('refused');

/**
 * What may come in, and what may run. Counts deliveries by phase, so that capacity and permits follow from where they
 * stand: a permit is held while `running` or `overdue`, and messages are asked for while fewer are on their way to a
 * permit than there are permits. Up to as many again may be recorded and settled beside them.
 */
export class Admission {
  private readonly counts: Record<Phase, number> = { waiting: 0, running: 0, recording: 0, settling: 0, overdue: 0 };
  /** Messages asked for in receives that have no answer yet. */
  private asked = 0;
  private meanRunMs = Infinity;
  private closedBy: Error | undefined;
  private ending = false;
  /** Those that were told to stop and have not returned. */
  private readonly overdue = new Set<InFlight>();
  private readonly pollers: Poller[] = [];
  private readonly waiters: Waiter[] = [];
  /** Jobs whose earlier runs began and had no outcome, fewest such runs first. One of them runs at a time. */
  private readonly suspects: Waiter[] = [];
  private suspect: InFlight | undefined;
  /** Worth a receive at once; less is, too, after a moment. */
  private readonly worthwhile: number;

  constructor(private readonly permits: number) {
    this.worthwhile = Math.min(MAX_PER_RECEIVE, Math.ceil(permits / 4));
  }

  /** Handlers that were told to stop and have not returned. */
  get unreturned(): number {
    return this.overdue.size;
  }

  /** Milliseconds for which such handlers have held all permits; 0 while one is left. */
  get stuckMs(): number {
    if (this.overdue.size < this.permits) return 0;
    return performance.now() - Math.max(...[...this.overdue].map(({ overdueSince }) => overdueSince));
  }

  /** Such handlers hold all permits, and each has had its timeout a second time by now: none is expected back. */
  get isStuck(): boolean {
    const now = performance.now();
    const isLost = ({ overdueSince, policy }: InFlight): boolean => now - overdueSince > policy.timeoutSeconds * 1_000;
    return this.overdue.size >= this.permits && [...this.overdue].every(isLost);
  }

  /** Resolves, as soon as there is room, to how many messages to ask for, 1 to 10; rejects once closed. */
  ask(): Promise<number> {
    if (this.closedBy) return Promise.reject(this.closedBy);
    return new Promise((resolve, reject) => {
      this.pollers.push({ resolve, reject });
      this.serve();
    });
  }

  /** A receive for `count` messages has its answer; what it brought was admitted before. */
  answered(count: number): void {
    this.asked -= count;
    this.serve();
  }

  /** Rejects the pollers that wait, and those that ask later. */
  close(error: Error): void {
    this.closedBy = error;
    for (const poller of this.pollers.splice(0)) {
      clearTimeout(poller.impatience);
      poller.reject(error);
    }
  }

  /** A delivery has come; it waits. */
  admit(flight: InFlight): void {
    flight.phase = 'waiting';
    this.counts.waiting += 1;
  }

  /** Moves a delivery to another phase. */
  enter(flight: InFlight, phase: Phase): void {
    if (flight.phase === 'running') this.runTook(flight);
    if (flight === this.suspect && phase !== 'running' && phase !== 'recording') this.suspect = undefined;
    this.counts[flight.phase] -= 1;
    this.counts[phase] += 1;
    flight.phase = phase;
    if (phase === 'overdue') {
      flight.overdueSince = performance.now();
      this.overdue.add(flight);
    }
    this.changed();
  }

  /** A delivery is settled, and its handler has returned. */
  leave(flight: InFlight): void {
    if (flight === this.suspect) this.suspect = undefined;
    this.overdue.delete(flight);
    this.counts[flight.phase] -= 1;
    this.changed();
  }

  /**
   * Resolves to `granted`, with the delivery `running`, or to `refused` when there is no permit within `ms`; `Infinity`
   * waits until `endWaits`.
   */
  permit(flight: InFlight, ms: number): Promise<Permit> {
    if (this.ending) return REFUSED;
    const isSuspect = flight.standing.begun > 0;
    if (this.hasFreePermit() && !(isSuspect && this.suspect)) {
      this.begin(flight);
      return GRANTED;
    }
    return this.wait(flight, isSuspect ? this.suspects : this.waiters, ms);
  }

  /** From here on nothing gets a permit. */
  endWaits(): void {
    this.ending = true;
    for (const { answer } of [...this.waiters.splice(0), ...this.suspects.splice(0)]) answer('refused');
  }

  private wait(flight: InFlight, line: Waiter[], ms: number): Promise<Permit> {
    return new Promise((resolve) => {
      const inVain = (): void => {
        line.splice(line.indexOf(waiter), 1);
        // Messages that wait in vain were not worth asking for.
        this.meanRunMs = Infinity;
        resolve('refused');
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
    return this.counts.running + this.counts.overdue < this.permits;
  }

  private begin(flight: InFlight): void {
    if (flight.standing.begun > 0) this.suspect = flight;
    flight.startedAt = performance.now();
    this.counts[flight.phase] -= 1;
    this.counts.running += 1;
    flight.phase = 'running';
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
    this.serve();
  }

  private free(): number {
    const { waiting, running, recording, settling, overdue } = this.counts;
    const { max, shareOfPermits, whileRunsTakeMs } = LOOK_AHEAD;
    const ahead = this.meanRunMs < whileRunsTakeMs ? Math.min(max, Math.floor(this.permits * shareOfPermits)) : 0;
    const onTheirWay = this.asked + waiting + running + overdue;
    return this.permits + ahead - onTheirWay - Math.max(0, recording + settling - this.permits);
  }

  private serve(): void {
    if (this.pollers.length === 0) return;
    let free = this.free();
    while (free >= this.worthwhile && this.pollers.length > 0) free -= this.handOut(free);
    const next = this.pollers[0];
    if (!next || free <= 0) return;
    next.impatience ??= setTimeout(() => {
      delete next.impatience;
      const free = this.free();
      if (free > 0) this.handOut(free);
      this.serve();
    }, PATIENCE_MS);
  }

  private handOut(free: number): number {
    const poller = this.pollers.shift();
    if (!poller) return 0;
    clearTimeout(poller.impatience);
    const count = Math.min(free, MAX_PER_RECEIVE);
    this.asked += count;
    poller.resolve(count);
    return count;
  }
}
