/** Once runs that begin have held the event loop for this long, the next one begins in a later iteration of it. */
const MAX_HELD_MS = 20;

/**
 * Begins runs one after the other, in several iterations of the event loop if need be. A receive brings up to ten
 * deliveries: ten handlers that each hold the event loop would hold it ten times as long, with no lease extended
 * meanwhile. Quick handlers all begin in the same iteration.
 */
export class StartQueue {
  private readonly waiting: (() => void)[] = [];
  private iterationBeganAt = 0;

  /** Resolves when a run may begin. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.push(resolve) > 1) return;
      this.iterationBeganAt = performance.now();
      process.nextTick(this.step);
    });
  }

  private readonly step = (): void => {
    if (performance.now() - this.iterationBeganAt >= MAX_HELD_MS) {
      this.iterationBeganAt = Infinity;
      setImmediate(this.step);
      return;
    }
    if (this.iterationBeganAt === Infinity) this.iterationBeganAt = performance.now();
    const [begin] = this.waiting;
    begin?.();
    // A tick that a microtask asks for comes once no microtask is left: the run has gone as far as it can without waiting.
    queueMicrotask(() => {
      process.nextTick(this.advance);
    });
  };

  private readonly advance = (): void => {
    this.waiting.shift();
    if (this.waiting.length > 0) this.step();
  };
}
