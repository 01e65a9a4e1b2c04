import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { SQLInputValue } from 'node:sqlite';
import type { PoolClient } from 'pg';
import type { Job } from '../contract/job';
import type { Notes } from './notes';

/**
 * The record of a job: what the results store holds about it. States and who writes them:
 *
 * | state      | written by                                          | terminal |
 * |------------|-----------------------------------------------------|----------|
 * | `claimed`  | producer, with an Idempotency-Key, before the send  | no       |
 * | `accepted` | producer, once SQS accepted the job; ops, once a    | no       |
 * |            | dead letter of it was sent again; consumer, when a  |          |
 * |            | run of a job begins that has no record, or whose    |          |
 * |            | dead letter is tried again                          |          |
 * | `failing`  | consumer, after a failed run                        | no       |
 * | `done`     | consumer                                            | yes      |
 * | `failed`   | consumer when it dead-letters, ops when it deletes  | until a retry succeeds |
 */
export type RecordState = (typeof STATES)[number];
export const STATES = ['claimed', 'accepted', 'failing', 'done', 'failed'] as const;

export const isState = (value: unknown): value is RecordState => STATES.some((state) => state === value);

export interface JobRecord {
  readonly id: string;
  /** Absent in records of older versions, whose jobs are of `DEFAULT_TYPE`. */
  readonly type?: string;
  readonly state: RecordState;
  /** SHA-256 of the input as canonical JSON, hex; undefined while no message of the job was read for its input. */
  readonly hash?: string;
  /** Failed runs so far. */
  readonly attempts: number;
  /** Runs that were noted when they began and have had no outcome yet; absent for none, and in `done` and `failed`. */
  readonly begun?: number;
  /** From `done` or `failed` on, as JSON has it; before that the record holds its hash. */
  readonly input?: unknown;
  /** Of a `done` job, as JSON has it. */
  readonly result?: unknown;
  /** As claimed: what the body says beside its input, as text. The same key with another text is another body. */
  readonly group?: string;
  /** The lease on an effect elsewhere: the current one, or the last. */
  readonly lease?: Lease;
  /** Why it failed, as in the dead letter. */
  readonly reason?: string;
  /** The error of the last failed run. */
  readonly lastError?: string;
  /** What callers may see of `lastError`; absent in records of older versions. */
  readonly publicError?: string;
  /** MessageId of the message that was moved to the dead-letter queue. Later deliveries of it are only deleted. */
  readonly movedMessage?: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/**
 * `fresh`: claimed now. `repeat`: claimed before, not known to be sent. `sent`: accepted or further. `conflict`:
 * another type, input or group.
 */
export type Claim = 'fresh' | 'repeat' | 'sent' | 'conflict';

/**
 * One statement in the transaction of the record, on tables of your own in the same SQLite file or PostgreSQL database.
 */
export interface SqlWrite {
  /** In the store's own SQL: SQLite's parameters are `?`, PostgreSQL's `$1`. */
  readonly sql: string;
  readonly values?: readonly SQLInputValue[];
  /**
   * The effect is refused unless the statement changes exactly this many rows: a condition, as in `... WHERE balance >=
   * ?`.
   */
  readonly changes?: number;
}

/** One write in the TransactWriteItems of the record, on tables of your own; its condition refuses the effect. */
export type ItemWrite = TransactWriteItem;

/**
 * Carries out an effect by any library that takes a client of `pg`. It is run again if another transaction was in its
 * way, and whatever it throws undoes all of it. It must not begin or end a transaction: the record does.
 */
export type TransactionWork = (client: PoolClient) => Promise<void>;

/** What a job does: its result, and writes that happen with its record or not at all. */
export interface Effect<Result = unknown> {
  readonly result: Result;
  /** `SqlWrite`s for SQLite and PostgreSQL; for DynamoDB up to 99 `ItemWrite`s. */
  readonly writes?: readonly (SqlWrite | ItemWrite)[];
  /** PostgreSQL only: run after the writes, in the transaction of the record. */
  readonly transaction?: TransactionWork;
}

/**
 * `recorded`: the effect happened now. `repeat`: it had happened before. `conflict`: recorded with another
 * type or input. `lost`: the lease given was not the latest, so its owner may not record; nothing was written.
 */
export interface OnceAnswer {
  readonly outcome: 'recorded' | 'repeat' | 'conflict' | 'lost';
  readonly result?: unknown;
}

/** The right of one owner at a time to call for an effect outside the store. */
export interface Lease {
  /** A fencing token, one more than the lease before: the other side can refuse a lower one. */
  readonly token: number;
  /** Milliseconds since the epoch, by the clock of the process that took it. */
  readonly until: number;
}

/** `held`: another owner's lease lasts. `done` and `conflict`: as `repeat` and `conflict` of `once`. */
export type LeaseAnswer =
  | { readonly outcome: 'leased'; readonly lease: Lease }
  | { readonly outcome: 'held'; readonly lease: Lease }
  | { readonly outcome: 'done'; readonly result: unknown }
  | { readonly outcome: 'conflict' };

export interface Failure {
  readonly id: string;
  readonly reason: string;
  /** As the message says. */
  readonly type?: string | undefined;
  /** Present if the message could be read. An input that the store cannot hold is left out: the dead letter has it. */
  readonly input?: unknown;
  readonly lastError?: string;
  /** What callers may see of `lastError`. */
  readonly publicError?: string | undefined;
  readonly attempts?: number;
  readonly movedMessage?: string;
}

export interface BegunRun {
  readonly id: string;
  /** As the message says; for a job of which there is no record yet. */
  readonly type?: string | undefined;
  /** MessageId of the delivery that is to run. */
  readonly messageId: string;
}

export interface FailedRun {
  readonly id: string;
  /** As the message says; for a job of which there is no record yet. */
  readonly type?: string | undefined;
  readonly error: string;
  /** What callers may see of `error`. */
  readonly publicError?: string;
  /** MessageId of the delivery that ran. */
  readonly messageId?: string;
  /** The run was noted when it began, so its note is taken back. */
  readonly noted?: boolean;
}

/**
 * How the job stands after a run was noted or counted. `accepted`, `failing`: it was. `done`: the job had succeeded
 * meanwhile. `failed`: this very message had been dead-lettered meanwhile. With these two nothing was written.
 */
export interface Attempted {
  readonly attempts: number;
  readonly begun: number;
  readonly state: Exclude<RecordState, 'claimed'>;
}

/** A `failed` record as it was read before the dead letter of its job was sent again. */
export type Retried = Pick<JobRecord, 'id' | 'movedMessage' | 'updatedAt'>;

/** Which records, newest first by their last change. */
export interface Listing {
  readonly state: RecordState;
  /** Undefined: of every type. */
  readonly type?: string;
  /** Changed then or later; milliseconds since the epoch. */
  readonly since?: number;
  /** From 1 to 1,000. */
  readonly limit: number;
  /** The `after` of the page before, to go on from there; an opaque text. */
  readonly after?: string;
}

export interface Page {
  readonly records: readonly JobRecord[];
  /** None on the last page. */
  readonly after?: string;
}

/** Token under which Nest injects the `Records`. */
export const RECORDS = Symbol('records');

/**
 * What a results store promises. Every method is atomic and durable when it resolves; concurrent
 * calls, from this process or another, see one order. A store that cannot be reached rejects with
 * `StoreUnavailable`; callers keep the job and try again.
 */
export interface Records {
  /** Notes that operators leave beside the records. */
  readonly notes: Notes;
  /** Before the send of a job with an Idempotency-Key. Never changes a record that exists. */
  claim(job: Job, group?: string): Promise<Claim>;
  /** SQS accepted the job. Only `claimed` becomes `accepted`; anything further stays. */
  accept(id: string): Promise<void>;
  /**
   * Record the job's result and carry out its writes, in one transaction, once per job id; any outcome but `recorded`
   * writes nothing. `done` is terminal; no record, `claimed`, `accepted`, `failing` and `failed` become `done`.
   * With `token`, only while no later lease was taken. Rejects with `EffectRefused` when a write or its condition was
   * refused: nothing is written then.
   */
  once(job: Job, effect: Effect, token?: number): Promise<OnceAnswer>;
  /**
   * Takes a lease of `seconds`, if no other lasts; with `token`, renews the one held, or answers `held` once it is not
   * the latest. A job without a record becomes `accepted`; other states stay.
   */
  lease(job: Job, seconds: number, token?: number): Promise<LeaseAnswer>;
  /**
   * Notes that a run begins. A job without a record becomes `accepted`, and so does `claimed`; a `failed` one whose
   * dead letter is tried again becomes `accepted` without attempts. `done` stays, and so does `failed` for the message
   * that was moved: that run must not begin.
   */
  begin(run: BegunRun): Promise<Attempted>;
  /** Takes back the note of one run, which was stopped without an outcome. Writes nothing if there is no note. */
  takeBack(id: string): Promise<void>;
  /**
   * One more failed run. `done` stays, and so does `failed` for the message that was moved: both answer their attempts.
   */
  failRun(run: FailedRun): Promise<Attempted>;
  /** The job was dead-lettered or deleted. A `done` record stays. */
  failJob(failure: Failure): Promise<void>;
  /**
   * The dead letter of a job was sent to its queue again. Only that very `failed` becomes `accepted`, without attempts:
   * a run of the message sent may have ended by now, and what it recorded stays.
   */
  retried(failed: Retried): Promise<void>;
  get(id: string): Promise<JobRecord | undefined>;
  /** The records there are of these ids, each once, in no order to rely on. */
  getMany(ids: readonly string[]): Promise<readonly JobRecord[]>;
  /**
   * A page of records. Rejects with `RecordRefused` for what the store has no index of: DynamoDB lists `failed` only.
   * What changes between two pages may be on both pages, or on neither if it left the state.
   */
  list(listing: Listing): Promise<Page>;
  /** Rejects when the store cannot serve; for readiness. */
  check(): Promise<void>;
  /**
   * Deletes records last updated before `before` (ms since the epoch), and `audit` notes from before it, up to a few
   * hundred of each per call. Resolves to their number; always 0 for a store that expires them by itself.
   */
  expire(before: number): Promise<number>;
  close(): Promise<void>;
}
