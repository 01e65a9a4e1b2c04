import type { Job } from '../contract/job';
import { RecordUnavailable, StoreClosed, StoreUnavailable } from './errors';
import type { Notes } from './notes';
import type {
  Attempted,
  BegunRun,
  Claim,
  Effect,
  FailedRun,
  Failure,
  JobRecord,
  LeaseAnswer,
  Listing,
  OnceAnswer,
  Page,
  Records,
  Retried,
} from './records';

/** `failure`: the store was unavailable for this call. Undefined: it answered, whatever the answer. */
export type CallListener = (call: 'read' | 'write', failure: StoreUnavailable | undefined) => void;

/** A results store that reports for every call whether the store was available. */
export class WatchedRecords implements Records {
  readonly notes: Notes = {
    put: (note) => this.write(() => this.records.notes.put(note)),
    get: (kind, key) => this.watch('read', this.records.notes.get(kind, key)),
    getMany: (kind, keys) => this.watch('read', this.records.notes.getMany(kind, keys)),
    remove: (kind, key) => this.write(() => this.records.notes.remove(kind, key)),
    list: (kind, limit) => this.watch('read', this.records.notes.list(kind, limit)),
  };
  private readonly listeners: CallListener[] = [];
  private underWay = 0;

  constructor(private readonly records: Records) {}

  /** Writes that have no answer yet. */
  get writing(): number {
    return this.underWay;
  }

  onCall(listener: CallListener): void {
    this.listeners.push(listener);
  }

  /** Rejects while the store cannot be read or written. Deletes nothing; listeners are not called. */
  async probe(): Promise<void> {
    await this.records.check();
    await this.records.expire(0);
  }

  claim(job: Job, group?: string): Promise<Claim> {
    return this.write(() => this.records.claim(job, group));
  }

  accept(id: string): Promise<void> {
    return this.write(() => this.records.accept(id));
  }

  once(job: Job, effect: Effect, token?: number): Promise<OnceAnswer> {
    return this.write(() => this.records.once(job, effect, token));
  }

  lease(job: Job, seconds: number, token?: number): Promise<LeaseAnswer> {
    return this.write(() => this.records.lease(job, seconds, token));
  }

  begin(run: BegunRun): Promise<Attempted> {
    return this.write(() => this.records.begin(run));
  }

  takeBack(id: string): Promise<void> {
    return this.write(() => this.records.takeBack(id));
  }

  failRun(run: FailedRun): Promise<Attempted> {
    return this.write(() => this.records.failRun(run));
  }

  failJob(failure: Failure): Promise<void> {
    return this.write(() => this.records.failJob(failure));
  }

  retried(failed: Retried): Promise<void> {
    return this.write(() => this.records.retried(failed));
  }

  get(id: string): Promise<JobRecord | undefined> {
    return this.watch('read', this.records.get(id));
  }

  getMany(ids: readonly string[]): Promise<readonly JobRecord[]> {
    return this.watch('read', this.records.getMany(ids));
  }

  list(listing: Listing): Promise<Page> {
    return this.watch('read', this.records.list(listing));
  }

  check(): Promise<void> {
    return this.watch('read', this.records.check());
  }

  expire(before: number): Promise<number> {
    return this.write(() => this.records.expire(before));
  }

  close(): Promise<void> {
    return this.records.close();
  }

  private async write<T>(call: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await this.watch('write', call());
    } finally {
      this.underWay -= 1;
    }
  }

  private async watch<T>(call: 'read' | 'write', answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      this.tell(call, undefined);
      return value;
    } catch (error) {
      // These two say nothing of the store; any other refusal is an answer of a store that is available.
      if (!(error instanceof StoreClosed || error instanceof RecordUnavailable))
        this.tell(call, error instanceof StoreUnavailable ? error : undefined);
      throw error;
    }
  }

  private tell(call: 'read' | 'write', failure: StoreUnavailable | undefined): void {
    for (const listener of this.listeners) listener(call, failure);
  }
}
