import type { Job } from '../contract/job';
import { StoreClosed } from './errors';
import { type StoredRecord, toRecord } from './stored-record';
import { isKeyed } from './job-id';
import { jsonOf } from './json';
import { type ReadListing, readListing } from './listing';
import { payloadIfAny, payloadOf } from './payload-hash';
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
import { type NoteStore, StoredNotes } from './stored-notes';
import {
  accepting,
  beginning,
  claiming,
  failing,
  givingUp,
  leasing,
  recording,
  retrying,
  takingBack,
  type Transition,
} from './transitions';
import { KeyedMutex } from './keyed-mutex';

/** A record as the store holds it. */
export interface StoredVersion {
  readonly record: StoredRecord;
  /** Changes with every write; a conditional write compares it. */
  readonly version: string;
}

export interface Change {
  readonly record: StoredRecord;
  /** The version of the record to be replaced; undefined: there must be none. */
  readonly version: string | undefined;
}

/**
 * The result of a conditional write. `other`: the record is not as expected; what is there instead, if that is known.
 */
export type Written =
  { readonly written: true } | { readonly written: false; readonly other: StoredVersion | undefined };

/** What happens in the transaction of the record. */
export type Writes = Pick<Effect, 'writes' | 'transaction'>;

/** A store without a transaction over a read and a write: its writes are conditional. */
export interface VersionedStore {
  readonly notes: NoteStore;
  readonly one: (id: string) => Promise<StoredVersion | undefined>;
  /** Those that exist, each once. */
  readonly many: (ids: readonly string[]) => Promise<readonly StoredRecord[]>;
  /**
   * Inserts with others in one call. False if there is such a record already, or if this one was not accepted with the
   * others.
   */
  readonly insert: (record: StoredRecord) => Promise<boolean>;
  /** `writes` are carried out if, and only if, the record is written. */
  readonly write: (change: Change, writes: Writes) => Promise<Written>;
  readonly page: (listing: ReadListing) => Promise<Page>;
  readonly check: () => Promise<void>;
  readonly expire: (before: number) => Promise<number>;
  readonly close: () => Promise<void>;
  /** Turns what the store threw into the store's errors. */
  readonly errorOf: (error: unknown) => Error;
}

type Next<Answer> = (stored: StoredRecord | undefined, now: number) => Transition<Answer>;

const NO_WRITES: Writes = {};

const hasWrites = ({ writes = [], transaction }: Writes): boolean => writes.length > 0 || transaction !== undefined;

/**
 * Records in a store with conditional writes, for any number of processes. A job recorded by its first write shares
 * a call with others. Any other change reads if it must, and writes conditionally.
 */
export class VersionedRecords implements Records {
  readonly notes: StoredNotes;
  private readonly mutex = new KeyedMutex();
  private readonly pending = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  constructor(private readonly store: VersionedStore) {
    this.notes = new StoredNotes(store.notes, (call) => this.ask(call));
  }

  async claim(job: Job, group?: string): Promise<Claim> {
    const known = { id: job.id, payload: payloadOf(job), group };
    return this.inTurn(job.id, () => this.change(undefined, (stored, now) => claiming(stored, known, now)));
  }

  accept(id: string): Promise<void> {
    return this.inTurn(id, async () => this.change(await this.store.one(id), accepting));
  }

  async once(job: Job, effect: Effect, token?: number): Promise<OnceAnswer> {
    const done = { id: job.id, payload: payloadOf(job), result: jsonOf(effect.result, 'result'), token };
    const next: Next<OnceAnswer> = (stored, now) => recording(stored, done, now);
    return this.inTurn(job.id, async () => {
      // A job that surely has a record is read first: an insert or transaction that must fail costs as much.
      if (token !== undefined || isKeyed(job.id)) return this.change(await this.store.one(job.id), next, effect);
      if (hasWrites(effect)) return this.change(undefined, next, effect);
      return (await this.insert(next)) ?? this.change(await this.store.one(job.id), next);
    });
  }

  async lease(job: Job, seconds: number, token?: number): Promise<LeaseAnswer> {
    const request = { id: job.id, payload: payloadOf(job), seconds, token };
    const next: Next<LeaseAnswer> = (stored, now) => leasing(stored, request, now);
    return this.inTurn(job.id, async () => this.change(await this.store.one(job.id), next));
  }

  begin(run: BegunRun): Promise<Attempted> {
    return this.inTurn(run.id, () => this.change(undefined, (stored, now) => beginning(stored, run, now)));
  }

  takeBack(id: string): Promise<void> {
    return this.inTurn(id, async () => this.change(await this.store.one(id), takingBack));
  }

  failRun(run: FailedRun): Promise<Attempted> {
    return this.inTurn(run.id, () => this.change(undefined, (stored, now) => failing(stored, run, now)));
  }

  failJob(failure: Failure): Promise<void> {
    const { id } = failure;
    const given = { failure, payload: payloadIfAny(failure) };
    return this.inTurn(id, async () =>
      this.change(await this.store.one(id), (stored, now) => givingUp(stored, given, now)),
    );
  }

  retried(failed: Retried): Promise<void> {
    const next: Next<undefined> = (stored, now) => retrying(stored, failed, now);
    return this.inTurn(failed.id, async () => this.change(await this.store.one(failed.id), next));
  }

  get(id: string): Promise<JobRecord | undefined> {
    return this.ask(async () => {
      const found = await this.store.one(id);
      return found && toRecord(found.record);
    });
  }

  getMany(ids: readonly string[]): Promise<readonly JobRecord[]> {
    return this.ask(async () => (await this.store.many([...new Set(ids)])).map(toRecord));
  }

  async list(listing: Listing): Promise<Page> {
    const wanted = readListing(listing);
    return this.ask(() => this.store.page(wanted));
  }

  check(): Promise<void> {
    return this.ask(() => this.store.check());
  }

  expire(before: number): Promise<number> {
    return this.ask(() => this.store.expire(before));
  }

  /** Finishes what is on its way first. */
  close(): Promise<void> {
    this.closing ??= Promise.allSettled(this.pending).then(() => this.store.close());
    return this.closing;
  }

  /** Undefined if there is such a record already, or if the store did not accept this one with the others. */
  private async insert<A>(next: Next<A>): Promise<A | undefined> {
    const { answer, write } = next(undefined, Date.now());
    if (write === undefined) return answer;
    return (await this.store.insert(write)) ? answer : undefined;
  }

  /** Changes the record `stored`. If that is outdated, changes what is there instead. */
  private async change<A>(stored: StoredVersion | undefined, next: Next<A>, writes = NO_WRITES): Promise<A> {
    const { answer, write } = next(stored?.record, Date.now());
    if (write === undefined) return answer;
    const outcome = await this.store.write({ record: write, version: stored?.version }, writes);
    return outcome.written ? answer : this.change(outcome.other, next, writes);
  }

  /** Runs the changes of one id one after the other, so that they do not conflict within this process. */
  private inTurn<T>(id: string, change: () => Promise<T>): Promise<T> {
    return this.ask(() => this.mutex.runExclusive(id, change));
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.closing !== undefined) throw new StoreClosed();
    const answer = question();
    this.pending.add(answer);
    try {
      return await answer;
    } catch (error) {
      throw this.store.errorOf(error);
    } finally {
      this.pending.delete(answer);
    }
  }
}
