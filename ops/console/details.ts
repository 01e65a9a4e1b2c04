import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { type JobRecord } from '../../results/records';
import { Problem } from '../../service/problem';
import { describeLetter, describeRecord } from '../jobs/failed-job';
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

interface Happening {
  /** ISO 8601. */
  readonly at: string;
  readonly what: string;
}

/** All that is known of a job. */
export interface JobDetails {
  readonly id: string;
  readonly record: JobRecord | null;
  readonly letter: OpenLetter | null;
  readonly error: string;
  readonly attempts: number;
  /** Oldest first. */
  readonly history: readonly Happening[];
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Throws a problem if nothing is known of it. */
export function detailsOf(id: string, record: JobRecord | undefined, entry: Entry | undefined): JobDetails {
  const letter = entry?.letter;
  const known = letter ? describeLetter(letter, record) : record && describeRecord(record);
  if (!known) throw new Problem(404, 'There is no record of this job, and the last look found no dead letter of it.');
  return {
    id,
    record: record ?? null,
    letter: letter ? openLetter(letter) : null,
    error: known.error,
    attempts: known.attempts,
    history: historyOf(record, letter),
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

function historyOf(record: JobRecord | undefined, letter: Letter | undefined): Happening[] {
  const { firstAt, lastAt, reason = '' } = letter?.why ?? {};
  const all = [
    firstAt !== undefined && { at: firstAt, what: 'first received' },
    lastAt !== undefined && { at: lastAt, what: `failed for good: ${reason}` },
    letter !== undefined && { at: iso(letter.sentAt), what: 'came to the dead-letter queue' },
    record !== undefined && { at: iso(record.updatedAt), what: `record: ${record.state}` },
  ].filter((one) => one !== false);
  return all.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
