import { type JobRecord } from '../../results/records';
import { type Case } from './failed-job';
import { heldOf } from './held';
import { type Letter } from './letter';
import { type Workplace } from './workplace';

/** Joins letters with what the store knows of their jobs. Records that were read already are not read again. */
export async function casesOf(
  { records }: Pick<Workplace, 'records'>,
  letters: readonly Letter[],
  known: ReadonlyMap<string, JobRecord> = new Map(),
): Promise<Case[]> {
  const ids = letters.map(({ jobId }) => jobId);
  const unread = ids.filter((id) => !known.has(id));
  const [read, held] = await Promise.all([
    unread.length === 0 ? [] : records.getMany(unread),
    heldOf({ records }, ids),
  ]);
  const found = new Map(read.map((record) => [record.id, record]));
  return letters.map((letter) => ({
    letter,
    record: known.get(letter.jobId) ?? found.get(letter.jobId),
    held: held.get(letter.jobId),
  }));
}
