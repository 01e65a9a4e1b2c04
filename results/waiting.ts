import type { JobRecord, Records } from './records';

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Aborted when nobody listens for the answer any more. */
  readonly signal?: AbortSignal;
}

interface Waiter {
  readonly id: string;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  latest: JobRecord | undefined;
  /** The last look failed; cleared by the next that succeeds. */
  error: Error | undefined;
  readonly answer: () => void;
}

const DEFAULTS = { everyMs: 50, limit: 1_000 };

const ended = (record: JobRecord | undefined): boolean => record?.state === 'done' || record?.state === 'failed';

/**
 * Waits for jobs to end. Another process ends them, so the store is asked again and again: by one timer
 * and one read for all who wait, and by none while nobody does.
 */
export class Waiting {
  private readonly waiters = new Set<Waiter>();
  private readonly everyMs: number;
  private readonly limit: number;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly records: Pick<Records, 'get' | 'getMany'>,
    options: { readonly everyMs?: number; readonly limit?: number } = {},
  ) {
    this.everyMs = options.everyMs ?? DEFAULTS.everyMs;
    this.limit = options.limit ?? DEFAULTS.limit;
  }

  get size(): number {
    return this.waiters.size;
  }

  /**
   * Resolves to the record once it is `done` or `failed`, at the timeout (at most `everyMs` late), abort or
   * close to the latest known. At once when as many wait as may. Rejects when the store was away to the last.
   */
  async waitForEnd(id: string, options: WaitOptions): Promise<JobRecord | undefined> {
    const deadline = performance.now() + options.timeoutMs;
    const record = await this.records.get(id);
    const { signal } = options;
    const full = this.closed || this.waiters.size >= this.limit;
    if (full || ended(record) || signal?.aborted === true || performance.now() >= deadline) return record;
    return new Promise((resolve, reject) => {
      const answer = (): void => {
        signal?.removeEventListener('abort', answer);
        this.leave(waiter);
        if (waiter.error === undefined) resolve(waiter.latest);
        else reject(waiter.error);
      };
      const waiter: Waiter = { id, deadline, latest: record, error: undefined, answer };
      signal?.addEventListener('abort', answer, { once: true });
      this.join(waiter);
    });
  }

  /** Answers all who wait with what is known, and resolves when no read is under way: the store may close then. */
  async close(): Promise<void> {
    this.closed = true;
    for (const waiter of [...this.waiters]) waiter.answer();
    await this.looking;
  }

  private join(waiter: Waiter): void {
    this.waiters.add(waiter);
    this.timer ??= setInterval(() => {
      this.tick();
    }, this.everyMs);
  }

  private leave(waiter: Waiter): void {
    this.waiters.delete(waiter);
    if (this.waiters.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** A slow store delays the next look, never a timeout. */
  private tick(): void {
    const now = performance.now();
    for (const waiter of [...this.waiters]) if (waiter.deadline <= now) waiter.answer();
    if (this.waiters.size > 0) this.looking ??= this.look([...this.waiters]);
  }

  private async look(waiters: readonly Waiter[]): Promise<void> {
    try {
      const records = await this.records.getMany(waiters.map(({ id }) => id));
      const byId = new Map(records.map((record) => [record.id, record]));
      for (const waiter of waiters) {
        waiter.error = undefined;
        waiter.latest = byId.get(waiter.id) ?? waiter.latest;
        if (ended(waiter.latest)) waiter.answer();
      }
    } catch (error) {
      const failure = error instanceof Error ? error : new Error('The results store failed', { cause: error });
      for (const waiter of waiters) waiter.error = failure;
    }
    this.looking = undefined;
  }
}
