const WINDOW_MS = 1_000;

/** Counts requests per caller and second. In this process only, so n tasks allow n times as much. */
export class RateLimit {
  private counts = new Map<string, number>();
  private windowEnd = 0;

  constructor(private readonly perSecond = Infinity) {}

  /** Whether this caller may send one more request; counts it. */
  allows(caller: string): boolean {
    const now = performance.now();
    if (now >= this.windowEnd) {
      this.windowEnd = now + WINDOW_MS;
      this.counts = new Map();
    }
    const count = (this.counts.get(caller) ?? 0) + 1;
    this.counts.set(caller, count);
    return count <= this.perSecond;
  }
}
