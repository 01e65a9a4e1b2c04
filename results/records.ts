import type { Job } from '../contract/job';

/**
 * The record of a job: what the results store holds about it. States and who writes them:
 *
 * | state      | written by                                          | terminal |
 * |------------|-----------------------------------------------------|----------|
 * | `claimed`  | producer, with an Idempotency-Key, before the send  | no       |
 * | `accepted` | producer, once SQS accepted the job                 | no       |
 * | `failing`  | consumer, after a failed run                        | no       |
 * | `done`     | consumer                                            | yes      |
 * | `failed`   | consumer when it dead-letters, ops when it deletes  | until a retry succeeds |
 */
export type RecordState = 'claimed' | 'accepted' | 'failing' | 'done' | 'failed';

export interface JobRecord {
  readonly id: string;
  readonly state: RecordState;
  /** SHA-256 of the payload, hex; undefined where the message could not be read as a job. */
  readonly hash?: string;
  /** Failed runs so far. */
  readonly attempts: number;
  readonly input?: number;
  readonly result?: number;
  /** Why it failed: `reason` as in the dead letter; `lastError` of the last failed run. */
  readonly reason?: string;
  readonly lastError?: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/** `fresh`: claimed now. `repeat`: claimed before, not known to be sent. `sent`: accepted or further. `conflict`: other payload. */
export type Claim = 'fresh' | 'repeat' | 'sent' | 'conflict';

/** `recorded`: the effect happened now. `repeat`: it had happened before. `conflict`: done with another payload. */
export type OnceAnswer = { readonly outcome: 'recorded' | 'repeat' | 'conflict'; readonly result?: number };

export interface Failure {
  readonly id: string;
  readonly reason: string;
  readonly lastError?: string;
  readonly attempts?: number;
}

/** Token under which Nest injects the `Records`. */
export const RECORDS = Symbol('records');

/**
 * What a results store promises. Every method is atomic and durable when it resolves; concurrent
 * calls, from this process or another, see one order. A store that cannot be reached rejects with
 * `StoreUnavailable`; callers keep the job and try again.
 */
export interface Records {
  /** Before the send of a job with an Idempotency-Key. Never changes a record that exists. */
  claim(job: Job): Promise<Claim>;
  /** SQS accepted the job. Only `claimed` becomes `accepted`; anything further stays. */
  accept(id: string): Promise<void>;
  /**
   * Record the job's result, once per job id; `repeat` and `conflict` write nothing.
   * `done` is terminal; no record, `claimed`, `accepted`, `failing` and `failed` become `done`.
   */
  once(job: Job, result: number): Promise<OnceAnswer>;
  /** One more failed run; resolves to the new number of attempts. A `done` record stays, and answers its attempts. */
  fail(id: string, error: string): Promise<{ readonly attempts: number; readonly done: boolean }>;
  /** The job was dead-lettered or deleted. A `done` record stays. */
  failed(failure: Failure): Promise<void>;
  get(id: string): Promise<JobRecord | undefined>;
  /** The records there are of these ids, each once, in no order to rely on. */
  getMany(ids: readonly string[]): Promise<readonly JobRecord[]>;
  /** Rejects when the store cannot serve; for readiness. */
  check(): Promise<void>;
  /** Delete records last updated before `before` (ms since the epoch), at most a few hundred a call; resolves to their number. */
  expire(before: number): Promise<number>;
  close(): Promise<void>;
}
