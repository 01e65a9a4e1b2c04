import { errorOf } from '../contract/thrown';
import type { JobRecord, Records } from './records';

export interface WaitOptions {
  readonly timeoutMs: number;
  /** The caller that waits; each has a share of the places. */
  readonly caller?: string;
  /** Waits only if there is a record by now, since none is to come otherwise. */
  readonly recordedOnly?: boolean;
  /** Aborted when nobody listens for the answer any more. */
  readonly signal?: AbortSignal;
}

export interface Waited {
  /** The record as last read. */
  readonly record: JobRecord | undefined;
  /** `waited`: the job ended or the time was up. `unwaited`: there was no place, or the wait was ended early. */
  readonly outcome: 'waited' | 'unwaited';
}

interface Waiter {
  readonly id: string;
  readonly caller: string;
  /** By the clock of `performance.now()`, as `lookAt`. */
  readonly deadline: number;
  lookAt: number;
  pauseMs: number;
  latest: JobRecord | undefined;
  /** Why the last look failed; undefined if it succeeded. */
  error: Error | undefined;
  readonly answer: (outcome: Waited['outcome']) => void;
}

const DEFAULTS = { everyMs: 50, limit: 1_000 };

/**
 * Limits the growing pause between two looks for a job: 24 looks in the longest wait of 20 s, since stores may bill
 * each.
 */
const MAX_PAUSE_MS = 1_000;

const ended = (record: JobRecord | undefined): boolean => record?.state === 'done' || record?.state === 'failed';

/**
 * Waits for jobs to end. Another process ends them, so the store is polled: by one timer and one read
 * for all jobs that are due, and not at all while nobody waits.
 */
export class Waiting {
  private readonly waiters = new Set<Waiter>();
  private readonly places = new Map<string, number>();
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
   * Resolves once the record is `done` or `failed`, at the timeout (up to `everyMs` late), at an abort or at the close.
   * Without a place it resolves at once. Rejects if the store was unavailable at the last look.
   */
  async waitForEnd(id: string, options: WaitOptions): Promise<Waited> {
    const deadline = performance.now() + options.timeoutMs;
    const record = await this.records.get(id);
    const { signal, caller = '' } = options;
    if (record === undefined && options.recordedOnly) return { record, outcome: 'unwaited' };
    if (ended(record) || performance.now() >= deadline) return { record, outcome: 'waited' };
    if (this.closed || signal?.aborted === true || !this.hasPlace(caller)) return { record, outcome: 'unwaited' };
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        waiter.answer('unwaited');
      };
      const waiter: Waiter = {
        id,
        caller,
        deadline,
        lookAt: performance.now() + this.everyMs,
        pauseMs: this.everyMs,
        latest: record,
        error: undefined,
        answer: (outcome) => {
          signal?.removeEventListener('abort', abort);
          this.leave(waiter);
          if (waiter.error === undefined) resolve({ record: waiter.latest, outcome });
          else reject(waiter.error);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.join(waiter);
    });
  }

  /** Answers all waits with what is known. Resolves when no read is on its way, so that the store may close. */
  async close(): Promise<void> {
    this.closed = true;
    for (const waiter of [...this.waiters]) waiter.answer('unwaited');
    await this.looking;
  }

  /** Whether the caller gets a place. If all are taken, the caller with the most places loses its oldest. */
  private hasPlace(caller: string): boolean {
    if (this.waiters.size < this.limit) return true;
    const [greatest, count] = [...this.places].reduce((one, other) => (other[1] > one[1] ? other : one));
    if ((this.places.get(caller) ?? 0) + 1 >= count) return false;
    for (const waiter of this.waiters) {
      if (waiter.caller !== greatest) continue;
      waiter.answer('unwaited');
      return true;
    }
    return false;
  }

  private join(waiter: Waiter): void {
    this.waiters.add(waiter);
    this.places.set(waiter.caller, (this.places.get(waiter.caller) ?? 0) + 1);
    this.timer ??= setInterval(() => {
      this.tick();
    }, this.everyMs);
  }

  private leave(waiter: Waiter): void {
    if (!this.waiters.delete(waiter)) return;
    const places = (this.places.get(waiter.caller) ?? 0) - 1;
    if (places > 0) this.places.set(waiter.caller, places);
    else this.places.delete(waiter.caller);
    if (this.waiters.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Reads for the jobs that are due. A slow store delays the next look, never a timeout. */
  private tick(): void {
    const now = performance.now();
    for (const waiter of [...this.waiters]) if (waiter.deadline <= now) waiter.answer('waited');
    if (this.looking !== undefined) return;
    const due = [...this.waiters].filter(({ lookAt }) => lookAt <= now);
    if (due.length > 0) this.looking = this.look(due);
  }

  private async look(waiters: readonly Waiter[]): Promise<void> {
    try {
      const records = await this.records.getMany(waiters.map(({ id }) => id));
      const byId = new Map(records.map((record) => [record.id, record]));
      for (const waiter of waiters) {
        waiter.error = undefined;
        waiter.latest = byId.get(waiter.id) ?? waiter.latest;
        if (ended(waiter.latest)) waiter.answer('waited');
      }
    } catch (error) {
      const failure = errorOf(error, 'The results store failed');
      for (const waiter of waiters) waiter.error = failure;
    }
    const now = performance.now();
    for (const waiter of waiters) {
      waiter.pauseMs = Math.min(waiter.pauseMs * 2, MAX_PAUSE_MS);
      waiter.lookAt = now + waiter.pauseMs;
    }
    this.looking = undefined;
  }
}
