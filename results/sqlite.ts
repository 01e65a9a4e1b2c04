import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Job } from '../contract/job';
import { whileBusy } from './busy';
import { assertNoTransaction, StoreClosed, StoreUnavailable, StoreUnusable } from './errors';
import { makeFolder } from './folder';
import { GroupCommit } from './group-commit';
import { type StoredRecord, toRecord } from './stored-record';
import { jsonOf } from './json';
import { readListing } from './listing';
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
import { assertFits, fromRow, toRow } from './rows';
import { COLUMNS, openDatabase } from './schema';
import { SqlEffects } from './sql-effects';
import { SqlLists } from './sql-lists';
import { SqlNotes } from './sql-notes';
import { StoredNotes } from './stored-notes';
import {
  type Transition,
  accepting,
  beginning,
  claiming,
  failing,
  givingUp,
  leasing,
  recording,
  retrying,
  takingBack,
} from './transitions';

const EXPIRED_PER_CALL = 500;

const SELECT = 'SELECT * FROM record WHERE id = ?';
/** Values are bound by position, which takes half of the time that names take. The id is the first column. */
const UPSERT = `
  INSERT INTO record (${COLUMNS.join()}) VALUES (${COLUMNS.map(() => '?').join()})
  ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join()}`;
const EXPIRE = `
  DELETE FROM record WHERE id IN (SELECT id FROM record WHERE updated_at < ? ORDER BY updated_at LIMIT ${EXPIRED_PER_CALL})`;

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;

/** Records in one SQLite file that the processes of one machine share. */
export class SqliteRecords implements Records {
  readonly notes: StoredNotes;
  private readonly writes: GroupCommit;
  private readonly effects: SqlEffects;
  private readonly lists: SqlLists;
  private readonly select: StatementSync;
  private readonly upsert: StatementSync;
  private readonly expired: StatementSync;
  private readonly sqlNotes: SqlNotes;
  private readonly inode: number | undefined;
  private closing: Promise<void> | undefined;

  /**
   * Creates the file and its folder if need be. Rejects with `StoreUnusable` for a file that is no store of this
   * version.
   */
  static async open(path: string): Promise<SqliteRecords> {
    try {
      makeFolder(dirname(path));
    } catch (error) {
      throw new StoreUnusable(`${dirname(path)} cannot be created; name another path in RESULTS`, { cause: error });
    }
    const opened = whileBusy(() => {
      const database = openDatabase(path);
      try {
        return new SqliteRecords(database, path);
      } catch (error) {
        database.close();
        throw error;
      }
    });
    return opened.catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
      throw new StoreUnavailable(`${path} cannot be opened. ${error.message}`, { cause: error });
    });
  }

  private constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
  ) {
    this.inode = inodeOf(path);
    this.writes = new GroupCommit(database);
    this.effects = new SqlEffects(database);
    this.lists = new SqlLists(database);
    this.select = database.prepare(SELECT);
    this.upsert = database.prepare(UPSERT);
    this.expired = database.prepare(EXPIRE);
    this.sqlNotes = new SqlNotes(database, this.writes, (query) => this.read(query));
    this.notes = new StoredNotes(this.sqlNotes, (call) => call());
  }

  async claim(job: Job, group?: string): Promise<Claim> {
    const known = { id: job.id, payload: payloadOf(job), group };
    return this.change(job.id, (stored, now) => claiming(stored, known, now));
  }

  accept(id: string): Promise<void> {
    return this.change(id, accepting);
  }

  async once(job: Job, { result, writes = [], transaction }: Effect, token?: number): Promise<OnceAnswer> {
    assertNoTransaction(transaction, 'a SQLite file');
    const done = { id: job.id, payload: payloadOf(job), result: jsonOf(result, 'result'), token };
    return this.change(job.id, (stored, now) => recording(stored, done, now), writes);
  }

  async lease(job: Job, seconds: number, token?: number): Promise<LeaseAnswer> {
    const request = { id: job.id, payload: payloadOf(job), seconds, token };
    return this.change(job.id, (stored, now) => leasing(stored, request, now));
  }

  begin(run: BegunRun): Promise<Attempted> {
    return this.change(run.id, (stored, now) => beginning(stored, run, now));
  }

  takeBack(id: string): Promise<void> {
    return this.change(id, takingBack);
  }

  failRun(run: FailedRun): Promise<Attempted> {
    return this.change(run.id, (stored, now) => failing(stored, run, now));
  }

  failJob(failure: Failure): Promise<void> {
    const given = { failure, payload: payloadIfAny(failure) };
    return this.change(failure.id, (stored, now) => givingUp(stored, given, now));
  }

  retried(failed: Retried): Promise<void> {
    return this.change(failed.id, (stored, now) => retrying(stored, failed, now));
  }

  get(id: string): Promise<JobRecord | undefined> {
    return this.read(() => this.record(id));
  }

  getMany(ids: readonly string[]): Promise<readonly JobRecord[]> {
    return this.read(() => [...new Set(ids)].map((id) => this.record(id)).filter((record) => record !== undefined));
  }

  async list(listing: Listing): Promise<Page> {
    const wanted = readListing(listing);
    return this.read(() => this.lists.page(wanted));
  }

  /**
   * Rejects if the file was deleted or replaced under the running process: it still takes writes, which nobody would
   * find.
   */
  check(): Promise<void> {
    return this.read(() => {
      if (inodeOf(this.path) !== this.inode) {
        throw new StoreUnavailable(`${this.path} was deleted or replaced under this process; put it back and restart`);
      }
      this.stored('');
    });
  }

  expire(before: number): Promise<number> {
    return this.writes.add(
      () => Number(this.expired.run(before).changes) + this.sqlNotes.expire(before, EXPIRED_PER_CALL),
    );
  }

  /** Finishes the writes that wait, then closes the file. */
  close(): Promise<void> {
    this.closing ??= this.writes.close().then(() => {
      this.database.close();
    });
    return this.closing;
  }

  private stored(id: string): StoredRecord | undefined {
    const row = this.select.get(id);
    return row === undefined ? undefined : fromRow(row);
  }

  private record(id: string): JobRecord | undefined {
    const stored = this.stored(id);
    return stored && toRecord(stored);
  }

  private async read<T>(query: () => T): Promise<T> {
    return whileBusy(() => {
      if (!this.database.isOpen || this.closing !== undefined) throw new StoreClosed();
      return query();
    });
  }

  /** `effect` is carried out if, and only if, the record is written. */
  private change<A>(
    id: string,
    transition: (stored: StoredRecord | undefined, now: number) => Transition<A>,
    effect: NonNullable<Effect['writes']> = [],
  ): Promise<A> {
    return this.writes.add(() => {
      const { answer, write } = transition(this.stored(id), Date.now());
      if (write === undefined) return answer;
      assertFits(write);
      const row = toRow(write);
      this.upsert.run(...COLUMNS.map((column) => row[column] ?? null));
      this.effects.carryOut(effect);
      return answer;
    });
  }
}
