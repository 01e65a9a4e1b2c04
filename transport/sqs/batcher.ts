import { PAYLOAD_LIMIT_BYTES } from '../delivery/outgoing-message';

/** SQS takes at most ten entries in a batch call. */
const BATCH_LIMIT = 10;

export interface BatcherOptions<Entry, Answer> {
  /** One batch call. Answers by position, an `Error` for an entry that failed; a rejection fails every entry. */
  readonly call: (entries: readonly Entry[]) => Promise<readonly (Answer | Error)[]>;
  /** How long an entry may wait for company when nothing is on its way. */
  readonly lingerMs: number;
  /** The same while a call is on its way: long enough to fill a batch, and bounded in case the call never ends. */
  readonly gatherMs: number;
  /** Limits the batch calls on their way at once. */
  readonly maxCalls: number;
  /** Undefined if whoever adds entries limits them. */
  readonly limits?: {
    /** Limits the entries that wait; one more rejects with `full()`. */
    readonly maxWaiting: number;
    /** An entry that waits longer than this for its call rejects with `late()`. */
    readonly maxWaitMs: number;
    readonly full: () => Error;
    readonly late: () => Error;
  };
}

interface Waiting<Entry, Answer> {
  readonly entry: Entry;
  readonly bytes: number;
  readonly since: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Turns concurrent single calls into batch calls. A batch leaves when ten entries wait or when its first has waited long
 * enough. With `lingerMs` 0 it also leaves at once while no call is on its way, and what gathers meanwhile is the next
 * batch.
 */
export class Batcher<Entry, Answer> {
  private waiting: Waiting<Entry, Answer>[] = [];
  private calls = 0;
  private scheduled: NodeJS.Immediate | undefined;
  private linger: NodeJS.Timeout | undefined;
  private deadline: NodeJS.Timeout | undefined;
  private readonly idleListeners: (() => void)[] = [];

  constructor(private readonly options: BatcherOptions<Entry, Answer>) {}

  /**
   * Resolves or rejects with the batch call's answer for this entry. `bytes`: what `PAYLOAD_LIMIT_BYTES` limits of a
   * call; 0 if the call has no such limit.
   */
  add(entry: Entry, bytes = 0): Promise<Answer> {
    const { limits } = this.options;
    if (limits && this.waiting.length >= limits.maxWaiting) return Promise.reject(limits.full());
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, bytes, since: performance.now(), resolve, reject });
      this.schedule();
    });
  }

  /** Whether entries are accepted and not yet answered. */
  get pending(): boolean {
    return this.waiting.length > 0 || this.calls > 0;
  }

  /** Sends the waiting entries at once; resolves when every entry has its answer. */
  async flush(): Promise<void> {
    while (this.waiting.length > 0 && this.calls < this.options.maxCalls) this.dispatch();
    if (this.pending) await new Promise<void>((resolve) => this.idleListeners.push(resolve));
  }

  private schedule(): void {
    const { lingerMs, gatherMs, limits, maxCalls } = this.options;
    if (limits) this.deadline ??= setTimeout(this.rejectLate, limits.maxWaitMs);
    if (this.calls >= maxCalls) return;
    const waitMs = this.calls === 0 ? lingerMs : gatherMs;
    if (this.waiting.length >= BATCH_LIMIT) this.dispatch();
    else if (waitMs > 0) this.linger ??= setTimeout(this.dispatch, waitMs);
    else this.scheduled ??= setImmediate(this.dispatch);
  }

  private readonly dispatch = (): void => {
    clearImmediate(this.scheduled);
    clearTimeout(this.linger);
    this.scheduled = this.linger = undefined;
    // The batch leaves when one of those calls has ended.
    if (this.calls >= this.options.maxCalls) return;
    const batch = this.take();
    if (batch.length === 0) return;
    this.calls += 1;
    void this.run(batch).finally(() => {
      this.calls -= 1;
      this.next();
    });
    if (this.waiting.length > 0) this.schedule();
  };

  private next(): void {
    if (this.waiting.length === 0) {
      clearTimeout(this.deadline);
      this.deadline = undefined;
      if (this.calls === 0) for (const listener of this.idleListeners.splice(0)) listener();
    } else if (this.idleListeners.length > 0 || (this.calls === 0 && this.options.lingerMs === 0)) this.dispatch();
    else this.schedule();
  }

  private async run(batch: readonly Waiting<Entry, Answer>[]): Promise<void> {
    try {
      const answers = await this.options.call(batch.map(({ entry }) => entry));
      batch.forEach(({ resolve, reject }, position) => {
        const answer = answers[position];
        if (answer instanceof Error) reject(answer);
        else resolve(answer as Answer);
      });
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of batch) reject(failure);
    }
  }

  /** Takes as many of the first entries as fit in one call. */
  private take(): Waiting<Entry, Answer>[] {
    let bytes = 0;
    let count = 0;
    for (const { bytes: size } of this.waiting) {
      if (count === BATCH_LIMIT || (count > 0 && bytes + size > PAYLOAD_LIMIT_BYTES)) break;
      bytes += size;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private readonly rejectLate = (): void => {
    const { limits } = this.options;
    if (!limits) return;
    const now = performance.now();
    const inTime = this.waiting.findIndex(({ since }) => now - since < limits.maxWaitMs);
    const overdue = this.waiting.splice(0, inTime === -1 ? this.waiting.length : inTime);
    for (const { reject } of overdue) reject(limits.late());
    const oldest = this.waiting[0];
    this.deadline = oldest && setTimeout(this.rejectLate, oldest.since + limits.maxWaitMs - now);
  };
}
