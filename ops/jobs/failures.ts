import { type JobRecord, type Records } from '../../results/records';
import { RecordRefused } from '../../results/errors';
import { type Case } from './again';
import { describeLetter, describeRecord, type FailedJob, type Filter, matches } from './failed-job';
import { type Letter } from './letter';
import { Look } from './look';
import { depthOf, type Workplace } from './workplace';

const PAGE = 1_000;
/** An operator deleted its letter: nothing is left to be done, so it is shown only if it is asked for. */
export const DELETED = 'deleted';

export interface Failures {
  /** Newest first. */
  readonly jobs: readonly FailedJob[];
  /** Dead letters that were not to be had: another command or program holds them, or their FIFO group is held. */
  readonly hidden: number;
}

export interface FindOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is handed each letter that matches as it is found, for callers that show more of it. */
  readonly onLetter?: ((one: Case) => void) | undefined;
}

/** Every failed job there is, from the records and from the dead-letter queue, joined by its id. */
export async function findFailures(place: Workplace, filter: Filter, options: FindOptions = {}): Promise<Failures> {
  const records = new Map((await failedRecords(place.records, filter)).map((record) => [record.id, record]));
  const { letters, hidden } = await findLetters(place, filter, { ...options, records });
  const found = new Set(letters.map(({ id }) => id));
  const alone = [...records.values()]
    .filter((record) => !found.has(record.id))
    .map((record) => ({ job: describeRecord(record), body: JSON.stringify(record.input ?? null) }))
    .filter(({ job, body }) => matches(job, body, filter) && (job.reason !== DELETED || filter.reason === DELETED))
    .map(({ job }) => job);
  const jobs = [...letters, ...alone].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  return { jobs, hidden };
}

interface KnownRecords extends FindOptions {
  /** Those that were read already. */
  readonly records: ReadonlyMap<string, JobRecord>;
}

async function findLetters(
  { sqs, deadLetters, records }: Workplace,
  filter: Filter,
  known: KnownRecords,
): Promise<{ readonly letters: readonly FailedJob[]; readonly hidden: number }> {
  const letters: FailedJob[] = [];
  const look = new Look(sqs, deadLetters.url);
  const hidden = depthOf(sqs, deadLetters).then(({ inFlight }) => inFlight);
  await hidden;
  await look.through(
    async (some) => {
      const missing = some.filter(({ jobId }) => !known.records.has(jobId));
      const others = await recordsOf(records, missing);
      for (const letter of some) {
        const record = known.records.get(letter.jobId) ?? others.get(letter.jobId);
        const job = describeLetter(letter, record);
        if (!matches(job, letter.body, filter)) continue;
        letters.push(job);
        known.onLetter?.({ letter, record });
      }
    },
    { signal: known.signal },
  );
  return { letters, hidden: await hidden };
}

/** The records of these letters' jobs, by id. */
export async function recordsOf(
  records: Pick<Records, 'getMany'>,
  letters: readonly Letter[],
): Promise<ReadonlyMap<string, JobRecord>> {
  if (letters.length === 0) return new Map();
  const found = await records.getMany(letters.map(({ jobId }) => jobId));
  return new Map(found.map((record) => [record.id, record]));
}

/** Without a store, or with a table that has no index of them, the dead-letter queue alone knows. */
async function failedRecords(records: Pick<Records, 'list'>, { type, since }: Filter): Promise<JobRecord[]> {
  const all: JobRecord[] = [];
  const listing = {
    state: 'failed',
    limit: PAGE,
    ...(type !== undefined && { type }),
    ...(since !== undefined && { since }),
  } as const;
  let after: string | undefined;
  try {
    do {
      const page = await records.list({ ...listing, ...(after !== undefined && { after }) });
      all.push(...page.records);
      ({ after } = page);
    } while (after !== undefined);
  } catch (error) {
    if (!(error instanceof RecordRefused)) throw error;
  }
  return all;
}
