import { LoopTime } from './loop-time';

/** Lets pollers through when nothing holds them: unlocked, not paused, not shut, and their number is wanted. */
export class Gate {
  private wanted = 1;
  private state: 'locked' | 'open' | 'shut' = 'locked';
  private abandonedBy: Error | undefined;
  private readonly pauses = new Set<string>();
  private waiters: (() => void)[] = [];

  constructor(
    private readonly pollers: number,
    private readonly loopTime: Pick<LoopTime, 'isSpare'> = new LoopTime(),
  ) {}

  get pauseReasons(): readonly string[] {
    return [...this.pauses];
  }

  /** Locked until then: ssut begins to poll before the application is ready. */
  unlock(): void {
    if (this.state === 'locked') this.state = 'open';
    this.wake();
  }

  pause(reason: string): void {
    this.pauses.add(reason);
  }

  resume(reason: string): void {
    this.pauses.delete(reason);
    this.wake();
  }

  /** For good; who waits goes on waiting, since a poll loop that is refused asks again at once. */
  shut(): void {
    this.state = 'shut';
  }

  /** Once the poll loops are stopped: who still waits gets `error`. */
  abandon(error: Error): void {
    this.shut();
    this.abandonedBy = error;
    this.wake();
  }

  /**
   * A full receive means more is there: more pollers, as long as the event loop has time for what they bring. An empty one
   * means that a single long poll will do.
   */
  adapt(received: number, askedFor: number): void {
    if (received === 0) this.wanted = 1;
    else if (received < askedFor) this.wanted = Math.max(1, this.wanted - 1);
    else if (this.wanted < this.pollers && this.loopTime.isSpare()) {
      this.wanted = Math.min(this.pollers, this.wanted * 2);
    }
    this.wake();
  }

  isOpenFor(poller: number): boolean {
    return this.state === 'open' && this.pauses.size === 0 && poller < this.wanted;
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
