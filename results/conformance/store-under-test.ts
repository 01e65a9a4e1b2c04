import { randomUUID } from 'node:crypto';
import type { Job } from '../../contract/job';
import type { ItemWrite, JobRecord, RecordState, Records, SqlWrite } from '../records';

/** A table of a user's own beside the records, without any unique key: a second effect is a second line. */
export interface Ledger {
  readonly append: (line: string) => SqlWrite | ItemWrite;
  /** A write that the store refuses by a condition. */
  readonly refused: () => SqlWrite | ItemWrite;
  /** A write of another kind of store. */
  readonly foreign: () => SqlWrite | ItemWrite;
  readonly lines: () => Promise<readonly string[]>;
}

/** A fresh, empty store; `reopen` gives one more handle on it, as another process would have. */
export interface StoreUnderTest {
  readonly records: Records;
  readonly reopen: () => Promise<Records>;
  /** The store removes old records itself, so `expire` has nothing to do. */
  readonly expiresByItself: boolean;
  /** The states that it has an index of. */
  readonly lists: readonly RecordState[];
  readonly ledger: Ledger;
  /** Closes every handle and removes the store. */
  readonly destroy: () => Promise<void>;
}

export type Start = RecordState | 'absent';
/** The store of the running test. */
export type Store = () => StoreUnderTest;

export const STARTS: readonly Start[] = ['absent', 'claimed', 'accepted', 'failing', 'failed', 'done'];
export const without = (...starts: readonly Start[]): readonly Start[] =>
  STARTS.filter((start) => !starts.includes(start));

export const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });
export const times = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
export const count = <T>(values: readonly T[], wanted: T): number => values.filter((value) => value === wanted).length;

/** Brings a job into the state by the calls that lead there: two failed runs before `failing`, `failed` and `done`. */
export async function bring(records: Records, start: Start): Promise<Job> {
  const job = newJob();
  if (start === 'absent') return job;
  await records.claim(job);
  if (start === 'claimed') return job;
  await records.accept(job.id);
  if (start === 'accepted') return job;
  await records.failRun({ id: job.id, error: 'first' });
  await records.failRun({ id: job.id, error: 'second' });
  if (start === 'failed') await records.failJob({ id: job.id, reason: 'attempts', lastError: 'last', attempts: 5 });
  if (start === 'done') await records.once(job, { result: 2 });
  return job;
}

export async function stored(records: Records, id: string): Promise<JobRecord> {
  const record = await records.get(id);
  if (record === undefined) throw new Error(`there is no record of ${id}`);
  return record;
}
