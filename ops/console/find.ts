import { DEFAULT_TYPE } from '../../contract/job';
import { RecordRefused } from '../../results/errors';
import { type JobRecord, type Records, type RecordState, STATES } from '../../results/records';
import { type Failures } from './failures';

export interface FoundJob {
  readonly id: string;
  readonly type: string;
  readonly state: RecordState | 'none';
  /** Of its last change, ISO 8601. */
  readonly at: string;
}

/** Limits how far back records are read for a text, in each state. */
const NEWEST = 1_000;
const MAX_FOUND = 50;

/**
 * The job of this id, else those that have the text: letters of the last look, and the newest records. Newest first.
 */
export async function findJobs(
  { failures, records }: { readonly failures: Failures; readonly records: Records },
  { query, textOf }: { readonly query: string; readonly textOf: (record: JobRecord) => string },
): Promise<FoundJob[]> {
  const id = query.toLowerCase();
  const record = await records.get(id);
  const letters = failures.of(id);
  const seen = letters.length > 0 ? letters : failures.matching({ text: query });
  const named = record ? [record] : letters.length > 0 ? [] : await withText(records, query, textOf);
  const found = new Map(named.map((one) => [one.id, toFound(one)]));
  for (const { job } of seen.slice(0, MAX_FOUND))
    if (!found.has(job.id)) found.set(job.id, { id: job.id, type: job.type, state: job.state, at: job.at });
  const jobs = [...found.values()].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  return record ? jobs.filter((job) => job.id === id) : jobs.slice(0, MAX_FOUND);
}

async function withText(
  records: Pick<Records, 'list'>,
  query: string,
  textOf: (record: JobRecord) => string,
): Promise<JobRecord[]> {
  const pages = await Promise.all(STATES.map((state) => newest(records, state)));
  const text = query.toLowerCase();
  return pages.flat().filter((record) => textOf(record).toLowerCase().includes(text));
}

/** None where the store has no index of the state. */
async function newest(records: Pick<Records, 'list'>, state: RecordState): Promise<readonly JobRecord[]> {
  try {
    return (await records.list({ state, limit: NEWEST })).records;
  } catch (error) {
    if (error instanceof RecordRefused) return [];
    throw error;
  }
}

const toFound = ({ id, type = DEFAULT_TYPE, state, updatedAt }: JobRecord): FoundJob => ({
  id,
  type,
  state,
  at: new Date(updatedAt).toISOString(),
});
