/** SQS hands out at most ten messages a receive. */
const MOST = 10;

/** How long a poller with room for some waits for room for more: a call for one message costs as much as one for ten. */
const PATIENCE_MS = 20;

interface Waiter {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
  impatience?: NodeJS.Timeout;
}

/** Room for deliveries in flight, handed out in order to those who wait. */
export class Permits {
  private free: number;
  private closed: Error | undefined;
  private readonly waiters: Waiter[] = [];
  /** Worth a call at once; less is, too, after a moment. */
  private readonly worthwhile: number;

  constructor(total: number) {
    this.free = total;
    this.worthwhile = Math.min(MOST, Math.ceil(total / 4));
  }

  /** Resolves with the number taken, 1 to 10, as soon as there is room; rejects when closed meanwhile. */
  acquire(): Promise<number> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.serve();
    });
  }

  release(count: number): void {
    this.free += count;
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

  private serve(): void {
    while (this.free >= this.worthwhile && this.waiters.length > 0) this.handOut();
    const next = this.waiters[0];
    if (!next || this.free === 0) return;
    next.impatience ??= setTimeout(() => {
      delete next.impatience;
      if (this.free > 0) this.handOut();
      this.serve();
    }, PATIENCE_MS);
  }

  private handOut(): void {
    const waiter = this.waiters.shift();
    if (!waiter) return;
    clearTimeout(waiter.impatience);
    const count = Math.min(this.free, MOST);
    this.free -= count;
    waiter.resolve(count);
  }
}
