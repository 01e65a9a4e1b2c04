import type { QueryResultRow } from 'pg';
import type { StoredRecord } from '../stored-record';
import { assertFits, columnsOf, fromRow } from '../rows';
import { VALUE_LIMIT } from '../size-limits';
import type { StoredVersion } from '../versioned-records';

/** Columns for any text, also one that PostgreSQL cannot hold as it is. */
const TEXTS = ['type', 'reason', 'last_error', 'public_error', 'message_group', 'moved_message'] as const;

/** `pg` hands out a bigint as text. */
const WHOLE = ['updated_at', 'lease_until', 'lease_token'] as const;

const QUOTE = '"';

/**
 * PostgreSQL's text cannot hold U+0000, nor UTF-8 half a surrogate pair. Such a text is stored as JSON, in quotes, and
 * so is one that begins with a quote. Any other is stored as it is.
 */
export const toText = (text: string): string =>
  text.startsWith(QUOTE) || text.includes('\u0000') || !text.isWellFormed() ? JSON.stringify(text) : text;

const fromText = (text: string): string => (text.startsWith(QUOTE) ? String(JSON.parse(text)) : text);

/** As `json_to_recordset` reads it. Throws `RecordRefused` for a record that no row can hold. */
export function toJsonRow(record: StoredRecord): string {
  assertFits(record, VALUE_LIMIT);
  const row = columnsOf(record);
  for (const name of TEXTS) {
    const text = row[name];
    if (typeof text === 'string') row[name] = toText(text);
  }
  return JSON.stringify({ ...row, input: record.input, result: record.result });
}

/** Reads a row with its `version`. */
export function fromPgRow({ version, ...row }: QueryResultRow): StoredVersion {
  for (const name of TEXTS) {
    const text: unknown = row[name];
    if (typeof text === 'string') row[name] = fromText(text);
  }
  for (const name of WHOLE) if (row[name] !== null) row[name] = Number(row[name]);
  return { record: fromRow(row), version: String(version) };
}
