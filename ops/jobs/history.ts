import { issuedAt } from '../../results/job-id';
import { type JobRecord } from '../../results/records';
import { type AuditEntry } from './audit';
import { type Letter } from './letter';

export interface Happening {
  /** ISO 8601. */
  readonly at: string;
  readonly what: string;
}

interface Known {
  readonly record: JobRecord | undefined;
  readonly letters: readonly Letter[];
  /** What operators did to it. */
  readonly changes: readonly AuditEntry[];
}

const at = (ms: number, what: string): Happening => ({ at: new Date(ms).toISOString(), what });

/** What is known to have happened to a job, oldest first. */
export function historyOf(id: string, { record, letters, changes }: Known): Happening[] {
  const issued = issuedAt(id);
  const all = [
    ...(issued === undefined ? [] : [at(issued, 'its id was given')]),
    ...letters.flatMap(ofLetter),
    ...changes.map((change) => ({ at: change.at, what: ofChange(id, change) })),
    ...(record
      ? [at(record.updatedAt, `the record says ${record.state}${record.reason ? `, ${record.reason}` : ''}`)]
      : []),
  ];
  return all.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function ofLetter({ why, sentAt }: Letter): Happening[] {
  const { firstAt, reason = 'without a reason', attempts = 0, retries } = why;
  const again = retries === undefined ? '' : `, again after ${retries} ${retries === 1 ? 'retry' : 'retries'}`;
  return [
    ...(firstAt === undefined ? [] : [{ at: firstAt, what: 'first received' }]),
    at(sentAt, `became a dead letter: ${reason}, failed runs ${attempts}${again}`),
  ];
}

function ofChange(id: string, { who, what, note, job, replaces, unfinished }: AuditEntry): string {
  const of =
    replaces === undefined ? '' : replaces === id ? `, replaced by ${job ?? 'a job'}` : `, replaces ${replaces}`;
  return `${what} by ${who}${of}${note === undefined ? '' : `: ${note}`}${unfinished ? ', no end of it is known' : ''}`;
}
