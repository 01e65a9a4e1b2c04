import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { type JobRecord } from '../../results/records';
import { Problem } from '../../service/problem';
import { type AuditEntry } from '../jobs/audit';
import { describeLetter, describeRecord, type Held } from '../jobs/failed-job';
import { type Happening, historyOf } from '../jobs/history';
import { inputText } from '../jobs/input-text';
import { type Letter } from '../jobs/letter';
import { type Entry } from './snapshot';

interface Attribute {
  readonly name: string;
  readonly type: string;
  /** Bytes in base64. */
  readonly value: string;
}

interface OpenLetter {
  readonly messageId: string;
  /** As it came: numbers beyond what JavaScript holds stay whole. */
  readonly body: string;
  /** The text of the body's `input`, as it came; null if the body has none. */
  readonly input: string | null;
  readonly attributes: readonly Attribute[];
  readonly sentAt: string;
  readonly firstAt?: string;
  readonly receives: number;
  readonly group?: string;
}

/** All that is known of a job. */
export interface JobDetails {
  readonly id: string;
  readonly record: JobRecord | null;
  readonly letter: OpenLetter | null;
  readonly type: string;
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  /** Oldest first. */
  readonly history: readonly Happening[];
  readonly held: Held | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();

interface Known {
  readonly record: JobRecord | undefined;
  readonly entries: readonly Entry[];
  readonly changes: readonly AuditEntry[];
}

/** Throws a problem if nothing is known of it. */
export function detailsOf(id: string, { record, entries, changes }: Known): JobDetails {
  const [entry] = entries;
  const letter = entry?.letter;
  const known = letter ? describeLetter(letter, record, entry.job.held) : record && describeRecord(record);
  if (!known) throw new Problem(404, 'There is no record of this job, and the last look found no dead letter of it.');
  const letters = entries.flatMap((one) => one.letter ?? []);
  return {
    id,
    type: known.type,
    record: record ?? null,
    letter: letter ? openLetter(letter) : null,
    reason: known.reason,
    error: known.error,
    attempts: known.attempts,
    history: historyOf(id, { record, letters, changes }),
    held: entry?.job.held ?? null,
  };
}

function openLetter(letter: Letter): OpenLetter {
  const { messageId, body, why, receives, sentAt } = letter;
  const group = why.group ?? letter.group;
  return {
    messageId,
    body,
    input: inputText(body) ?? null,
    attributes: Object.entries(letter.attributes).map(([name, value]) => toAttribute(name, value)),
    sentAt: iso(sentAt),
    ...(why.firstAt !== undefined && { firstAt: why.firstAt }),
    receives,
    ...(group !== undefined && { group }),
  };
}

function toAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttributeValue): Attribute {
  const value = StringValue ?? Buffer.from(BinaryValue ?? new Uint8Array()).toString('base64');
  return { name, type: DataType ?? '', value };
}
