import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { DAMAGED } from './busy';
import { RecordUnavailable } from './errors';
import type { StoredRecord } from './stored-record';
import { isState, type Lease } from './records';
import { OVERHEAD_BYTES, ROW_LIMIT, tooLarge } from './size-limits';

type Row = Readonly<Record<string, SQLOutputValue>>;

const textOf = (value: SQLOutputValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
const numberOf = (value: SQLOutputValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** A property for a value, none for NULL. */
const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);

/** Throws `RecordUnavailable` for a row that is not ours: its job waits until somebody repairs the row. */
export function fromRow(row: Row): StoredRecord {
  const { id, state } = row;
  if (typeof id !== 'string' || !isState(state))
    throw new RecordUnavailable(`The results store holds a row that is no record: ${DAMAGED}`);
  return {
    id,
    state,
    attempts: numberOf(row['attempts']) ?? 0,
    updatedAt: numberOf(row['updated_at']) ?? 0,
    ...given('begun', numberOf(row['begun'])),
    ...given('hash', textOf(row['hash'])),
    ...given('type', textOf(row['type'])),
    ...given('input', jsonIn(row['input'])),
    ...given('result', jsonIn(row['result'])),
    ...given('reason', textOf(row['reason'])),
    ...given('lastError', textOf(row['last_error'])),
    ...given('publicError', textOf(row['public_error'])),
    ...given('group', textOf(row['message_group'])),
    ...given('movedMessage', textOf(row['moved_message'])),
    ...given('lease', leaseOf(row)),
  };
}

function leaseOf(row: Row): Lease | undefined {
  const [token, until] = [numberOf(row['lease_token']), numberOf(row['lease_until'])];
  return token === undefined || until === undefined ? undefined : { token, until };
}

/** The JSON of a column. A number is a number in the file, as in older versions; all else is JSON text. */
const jsonIn = (value: SQLOutputValue | undefined): string | undefined =>
  typeof value === 'number' ? JSON.stringify(value) : textOf(value);

/** Whether a JSON text is a number: only those begin with a digit or a minus. */
const isNumeral = (json: string): boolean => json.charCodeAt(0) <= 57 && json.charCodeAt(0) !== 34;

/** The value for a column. Whole numbers are integers in SQLite: a small one takes one byte instead of eight. */
function toColumn(json: string | undefined): SQLInputValue {
  if (json === undefined) return null;
  if (!isNumeral(json)) return json;
  const value = Number(json);
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** Throws `RecordRefused` for a record that no row can hold. A character takes up to three bytes. */
export function assertFits(record: StoredRecord, limit = ROW_LIMIT): void {
  const { input = '', result = '' } = record;
  if (3 * (input.length + result.length) + OVERHEAD_BYTES <= limit.bytes) return;
  const bytes = Buffer.byteLength(input) + Buffer.byteLength(result) + OVERHEAD_BYTES;
  if (bytes > limit.bytes) throw tooLarge(record, bytes, limit);
}

export const toRow = (record: StoredRecord): Readonly<Record<string, SQLInputValue>> => ({
  ...columnsOf(record),
  input: toColumn(record.input),
  result: toColumn(record.result),
});

/** All but input and result, which each store keeps in its own way. */
export const columnsOf = (record: StoredRecord): Record<string, string | number | null> => ({
  id: record.id,
  type: record.type ?? null,
  state: record.state,
  hash: record.hash ?? null,
  attempts: record.attempts,
  begun: record.begun ?? null,
  reason: record.reason ?? null,
  last_error: record.lastError ?? null,
  public_error: record.publicError ?? null,
  updated_at: record.updatedAt,
  message_group: record.group ?? null,
  moved_message: record.movedMessage ?? null,
  ...leaseColumns(record.lease),
});

const leaseColumns = (lease: Lease | undefined): Record<string, number | null> => ({
  lease_token: lease?.token ?? null,
  lease_until: lease?.until ?? null,
});
