import { type JobRecord, type Records } from '../../results/records';
import { RecordRefused } from '../../results/errors';
import { casesOf } from './cases';
import { type Case, describeCase, describeRecord, type FailedJob, type Filter, matches, withHeld } from './failed-job';
import { heldOf } from './held';
import { Look } from './look';
import { type Workplace } from './workplace';

const PAGE = 1_000;
/** An operator deleted its letter: nothing is left to be done, so it is shown only if it is asked for. */
export const DELETED = 'deleted';

export interface Failures {
  /** Newest first. */
  readonly jobs: readonly FailedJob[];
  /** Dead letters that were not to be had: another command or program looks at them, or at their FIFO group. */
  readonly hidden: number;
}

export interface FindOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is handed each letter that matches as it is found, for callers that show more of it. */
  readonly onLetter?: ((one: Case) => void) | undefined;
}

/** Every failed job there is, from the records and from the dead-letter queue, joined by its id. */
export async function findFailures(place: Workplace, filter: Filter, options: FindOptions = {}): Promise<Failures> {
  const kept = await failedRecords(place.records, filter);
  const records = new Map(kept.map(({ record }) => [record.id, record]));
  const { letters, hidden, seen } = await matchingLetters(place, filter, { ...options, records });
  const left = kept.filter(({ record, isWanted }) => isWanted && !seen.has(record.id));
  const alone = await withHolds(
    place,
    left.map(({ record }) => describeRecord(record)),
    filter,
  );
  const jobs = [...letters, ...alone].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  return { jobs, hidden };
}

/** Those that are held or not, as it is asked. */
async function withHolds(
  place: Pick<Workplace, 'records'>,
  found: readonly FailedJob[],
  { held: wanted }: Filter,
): Promise<FailedJob[]> {
  const held = await heldOf(
    place,
    found.map(({ id }) => id),
  );
  return found
    .map((job) => withHeld(job, held.get(job.id)))
    .filter((job) => wanted === undefined || wanted === (job.held !== undefined));
}

interface KnownRecords extends FindOptions {
  /** Those that were read already. */
  readonly records: ReadonlyMap<string, JobRecord>;
}

interface Found extends Pick<Failures, 'hidden'> {
  /** Those that match. */
  readonly letters: readonly FailedJob[];
  /** Jobs of all letters that were seen. */
  readonly seen: ReadonlySet<string>;
}

async function matchingLetters(
  { sqs, deadLetters, records }: Workplace,
  filter: Filter,
  known: KnownRecords,
): Promise<Found> {
  const letters: FailedJob[] = [];
  const seen = new Set<string>();
  const hidden = await new Look(sqs, deadLetters.url).through(
    async (some) => {
      for (const one of await casesOf({ records }, some, known.records)) {
        seen.add(one.letter.jobId);
        const job = describeCase(one);
        if (!matches(job, one.letter.body, filter)) continue;
        letters.push(job);
        known.onLetter?.(one);
      }
    },
    { signal: known.signal },
  );
  return { letters, hidden, seen };
}

interface Kept {
  /** Without input and result: those of all failures may be more than there is memory. */
  readonly record: JobRecord;
  /** It matches, if there is no letter of its job. */
  readonly isWanted: boolean;
}

/** Whether it is held is seen later. */
function keep(record: JobRecord, filter: Filter): Kept {
  const body = filter.text === undefined ? '' : JSON.stringify(record.input ?? null);
  const isWanted = matches(describeRecord(record), body, { ...filter, held: undefined });
  return {
    record: { ...record, input: undefined, result: undefined },
    isWanted: isWanted && (record.reason !== DELETED || filter.reason === DELETED),
  };
}

/** Without a store, or with a table that has no index of them, the dead-letter queue alone knows. */
async function failedRecords(records: Pick<Records, 'list'>, filter: Filter): Promise<Kept[]> {
  const { type, since } = filter;
  const all: Kept[] = [];
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
      all.push(...page.records.map((record) => keep(record, filter)));
      ({ after } = page);
    } while (after !== undefined);
  } catch (error) {
    if (!(error instanceof RecordRefused)) throw error;
  }
  return all;
}
