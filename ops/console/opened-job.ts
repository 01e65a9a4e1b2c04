import { type JobRecord } from '../../results/records';
import { Problem } from '../../service/problem';
import { type AuditEntry } from '../jobs/audit';
import { describeCase, describeRecord, type Held } from '../jobs/failed-job';
import { type Happening, historyOf } from '../jobs/history';
import { inputText } from '../jobs/input-text';
import { openLetter, type OpenLetter } from '../jobs/open-letter';
import { type Entry } from './snapshot';

interface Attribute {
  readonly name: string;
  readonly type: string;
  /** Bytes in base64. */
  readonly value: string;
}

interface ShownLetter extends Pick<OpenLetter, 'body' | 'sentAt' | 'firstAt' | 'receives' | 'group'> {
  readonly messageId: string;
  /** The text of the body's `input`, as it came; null if the body has none. */
  readonly input: string | null;
  readonly attributes: readonly Attribute[];
}

/** All that is known of a job, for its page. */
export interface OpenedJob {
  readonly id: string;
  readonly record: JobRecord | null;
  readonly letter: ShownLetter | null;
  readonly type: string;
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  /** Oldest first. */
  readonly history: readonly Happening[];
  readonly held: Held | null;
}

interface Known {
  readonly record: JobRecord | undefined;
  readonly entries: readonly Entry[];
  readonly changes: readonly AuditEntry[];
}

/** Throws a problem if nothing is known of it. */
export function openedJob(id: string, { record, entries, changes }: Known): OpenedJob {
  const [entry] = entries;
  const one = entry?.letter && { letter: entry.letter, record, held: entry.job.held };
  const known = one ? describeCase(one) : record && describeRecord(record);
  if (!known) throw new Problem(404, 'There is no record of this job, and the last look found no dead letter of it.');
  const letters = entries.flatMap(({ letter }) => letter ?? []);
  return {
    id,
    type: known.type,
    record: record ?? null,
    letter: one ? shown(openLetter(one)) : null,
    reason: known.reason,
    error: known.error,
    attempts: known.attempts,
    history: historyOf(id, { record, letters, changes }),
    held: entry?.job.held ?? null,
  };
}

function shown({ letter: messageId = '', attributes, attributeTypes = {}, ...letter }: OpenLetter): ShownLetter {
  const { body, sentAt, firstAt, receives, group } = letter;
  return {
    messageId,
    body,
    input: inputText(body) ?? null,
    attributes: Object.entries(attributes).map(([name, value]) => ({
      name,
      type: attributeTypes[name] ?? 'String',
      value,
    })),
    sentAt,
    ...(firstAt !== undefined && { firstAt }),
    receives,
    ...(group !== undefined && { group }),
  };
}
