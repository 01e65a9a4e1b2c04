import { Pace } from './pace';

/** SQS hands out at most ten messages a receive. */
const MOST = 10;

/** How long a poller with room for some waits for room for more: a call for one message costs as much as one for ten. */
const PATIENCE_MS = 20;

/** Deliveries are asked for so long before there will be a permit for them: a receive takes about that, and no permit waits for one. */
const AHEAD_MS = 20;

interface Waiter {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
  impatience?: NodeJS.Timeout;
}

/**
 * How many deliveries may be asked for, handed out in order to those who wait: one for each permit, a few ahead, and
 * again one for each whose work is over, since it needs no permit any more; but as many as there are permits at most.
 */
export class Room {
  /** Asked for, or waiting, or running. */
  private taken = 0;
  /** Their work is over; they are being recorded and settled. */
  private settling = 0;
  private closed: Error | undefined;
  private readonly waiters: Waiter[] = [];
  private readonly pace = new Pace();
  /** Worth a call at once; less is, too, after a moment. */
  private readonly worthwhile: number;

  constructor(private readonly permits: number) {
    this.worthwhile = Math.min(MOST, Math.ceil(permits / 4));
  }

  /** Resolves with the number taken, 1 to 10, as soon as there is room; rejects when closed meanwhile. */
  acquire(): Promise<number> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.serve();
    });
  }

  /** Of deliveries that did not come, or left without a run. */
  release(count: number): void {
    this.taken -= count;
    this.serve();
  }

  /** One needs its permit no more. */
  workEnded(): void {
    this.pace.count();
    this.taken -= 1;
    this.settling += 1;
    this.serve();
  }

  /** It waits for a permit again. */
  workAgain(): void {
    this.settling -= 1;
    this.taken += 1;
  }

  /** It has left. */
  settled(): void {
    this.settling -= 1;
    this.serve();
  }

  /** Rejects everyone who waits; releases still count. */
  close(error: Error): void {
    this.closed = error;
    for (const waiter of this.waiters.splice(0)) {
      clearTimeout(waiter.impatience);
      waiter.reject(error);
    }
  }

  private free(): number {
    const { permits, taken, settling } = this;
    const ahead = Math.min(permits, Math.floor(this.pace.perMs() * AHEAD_MS));
    return permits + ahead - taken - Math.max(0, settling - permits);
  }

  private serve(): void {
    if (this.waiters.length === 0) return;
    let free = this.free();
    while (free >= this.worthwhile && this.waiters.length > 0) free -= this.handOut(free);
    const next = this.waiters[0];
    if (!next || free <= 0) return;
    next.impatience ??= setTimeout(() => {
      delete next.impatience;
      const free = this.free();
      if (free > 0) this.handOut(free);
      this.serve();
    }, PATIENCE_MS);
  }

  private handOut(free: number): number {
    const waiter = this.waiters.shift();
    if (!waiter) return 0;
    clearTimeout(waiter.impatience);
    const count = Math.min(free, MOST);
    this.taken += count;
    waiter.resolve(count);
    return count;
  }
}
