/** How often the event loop is measured, and so how often the pollers may double: ten after a tenth of a second. */
const WINDOW_MS = 20;

/** Above this share of busy time, more concurrent calls only wait for one another, and each costs more. */
const BUSY = 0.9;

/** Tells, once per window, whether the event loop has time to spare. */
class LoopTime {
  private begun = performance.eventLoopUtilization();
  private begunAt = performance.now();

  /** False while the window lasts. */
  isSpare(): boolean {
    const now = performance.now();
    if (now - this.begunAt < WINDOW_MS) return false;
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, this.begun);
    this.begun = current;
    this.begunAt = now;
    return utilization < BUSY;
  }
}

/** Lets a poller pass while the gate is open, nothing pauses it, and the poller is one of the first that are wanted. */
export class PollGate {
  private wanted = 1;
  private state: 'locked' | 'open' | 'shut' = 'locked';
  private abandonedBy: Error | undefined;
  private readonly pauses = new Set<string>();
  private pausedAt = 0;
  private waiters: (() => void)[] = [];

  constructor(
    private readonly pollers: number,
    private readonly loopTime: Pick<LoopTime, 'isSpare'> = new LoopTime(),
  ) {}

  get pauseReasons(): readonly string[] {
    return [...this.pauses];
  }

  /** The gate begins locked, since ssut begins to poll before the application is ready. */
  unlock(): void {
    if (this.state === 'locked') this.state = 'open';
    this.wake();
  }

  /** Milliseconds since receiving was paused; 0 while it is not. */
  get pausedMs(): number {
    return this.pauses.size === 0 ? 0 : performance.now() - this.pausedAt;
  }

  pause(reason: string): void {
    if (this.pauses.size === 0) this.pausedAt = performance.now();
    this.pauses.add(reason);
  }

  resume(reason: string): void {
    this.pauses.delete(reason);
    this.wake();
  }

  /** Permanent. Waiting pollers are left waiting: a refused poll loop would ask again at once. */
  shut(): void {
    this.state = 'shut';
  }

  /** To be called once it is shut and the poll loops are stopped: pollers that still wait get `error`. */
  abandon(error: Error): void {
    this.abandonedBy = error;
    this.wake();
  }

  /**
   * A full receive means that more is there: twice as many pollers may ask, if the event loop has time to spare. An
   * empty one means that a single long poll will do.
   */
  adapt(received: number, askedFor: number): void {
    if (received === 0) this.wanted = 1;
    else if (received < askedFor) this.wanted = Math.max(1, this.wanted - 1);
    else if (this.wanted < this.pollers && this.loopTime.isSpare()) {
      this.wanted = Math.min(this.pollers, this.wanted * 2);
    }
    this.wake();
  }

  /** Whether messages may come in at all. */
  get isOpen(): boolean {
    return this.state === 'open' && this.pauses.size === 0;
  }

  isOpenFor(poller: number): boolean {
    return this.isOpen && poller < this.wanted;
  }

  /** Resolves when `poller` may receive; rejects once abandoned. */
  async pass(poller: number): Promise<void> {
    while (!this.isOpenFor(poller)) {
      if (this.abandonedBy) throw this.abandonedBy;
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }
}
