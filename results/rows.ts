import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { DAMAGED } from './busy';
import { StoreUnavailable } from './errors';
import { isState, type JobRecord, type Lease } from './records';

type Row = Readonly<Record<string, SQLOutputValue>>;

const textOf = (value: SQLOutputValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
const numberOf = (value: SQLOutputValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** A property for a value that is there, none for NULL. */
const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);

/** Throws `StoreUnavailable` for a row that no store wrote: its job waits until that is put right. */
export function toRecord(row: Row): JobRecord {
  const { id, state } = row;
  if (typeof id !== 'string' || !isState(state))
    throw new StoreUnavailable(`The results store holds a row that is no record: ${DAMAGED}`);
  return {
    id,
    state,
    attempts: numberOf(row['attempts']) ?? 0,
    updatedAt: numberOf(row['updated_at']) ?? 0,
    ...given('begun', numberOf(row['begun'])),
    ...given('hash', textOf(row['hash'])),
    ...given('input', numberOf(row['input'])),
    ...given('result', numberOf(row['result'])),
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

export const toRow = (record: JobRecord): Record<string, SQLInputValue> => ({
  id: record.id,
  state: record.state,
  hash: record.hash ?? null,
  attempts: record.attempts,
  begun: record.begun ?? null,
  input: (record.input ?? null) as SQLInputValue,
  result: (record.result ?? null) as SQLInputValue,
  reason: record.reason ?? null,
  last_error: record.lastError ?? null,
  public_error: record.publicError ?? null,
  updated_at: record.updatedAt,
  message_group: record.group ?? null,
  moved_message: record.movedMessage ?? null,
  ...leaseColumns(record.lease),
});

const leaseColumns = (lease: Lease | undefined): Record<string, SQLInputValue> => ({
  lease_token: lease?.token ?? null,
  lease_until: lease?.until ?? null,
});
