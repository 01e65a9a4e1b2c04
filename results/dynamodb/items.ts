import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DELIVERY } from '../../contract/delivery';
import { StoreUnavailable } from '../errors';
import { isState, type JobRecord } from '../records';

export type Item = Record<string, AttributeValue>;

/** A record as the table holds it. */
export interface HeldItem {
  readonly record: JobRecord;
  /** Another with every write: what a conditional write is held against, and by which a writer knows its own. */
  readonly version: string;
}

/** Seconds since the epoch; DynamoDB removes an item some time after it (TTL). */
export const EXPIRY_ATTRIBUTE = 'expiresAt';

const text = (value: string): AttributeValue => ({ S: value });
const whole = (value: number): AttributeValue => ({ N: String(value) });

/** As text: a DynamoDB number holds neither 1e-320 nor 1e300. */
const anyNumber = (value: unknown): AttributeValue => text(String(value));

export function toItem(record: JobRecord, version: string): Item {
  const { begun, hash, input, result, group, reason, lastError, publicError, lease, movedMessage } = record;
  return {
    id: text(record.id),
    state: text(record.state),
    attempts: whole(record.attempts),
    updatedAt: whole(record.updatedAt),
    version: text(version),
    [EXPIRY_ATTRIBUTE]: whole(Math.ceil(record.updatedAt / 1_000) + DELIVERY.recordRetentionSeconds),
    ...(begun !== undefined && { begun: whole(begun) }),
    ...(hash !== undefined && { hash: text(hash) }),
    ...(input !== undefined && { input: anyNumber(input) }),
    ...(result !== undefined && { result: anyNumber(result) }),
    ...(group !== undefined && { group: text(group) }),
    ...(reason !== undefined && { reason: text(reason) }),
    ...(lastError !== undefined && { lastError: text(lastError) }),
    ...(publicError !== undefined && { publicError: text(publicError) }),
    ...(movedMessage !== undefined && { movedMessage: text(movedMessage) }),
    ...(lease !== undefined && { leaseToken: whole(lease.token), leaseUntil: whole(lease.until) }),
  };
}

/** Throws `StoreUnavailable` for an item that somebody else wrote: its job waits until that is put right. */
export function fromItem(item: Item): HeldItem {
  const textOf = (name: string): string | undefined => item[name]?.S;
  const numberOf = (name: string): number | undefined => {
    const value = item[name]?.N ?? item[name]?.S;
    return value === undefined ? undefined : Number(value);
  };
  const [id, state, version] = [textOf('id'), textOf('state'), textOf('version')];
  if (id === undefined || version === undefined || !isState(state)) {
    throw new StoreUnavailable(
      'The table holds an item that is no record; remove it, or name another table in RESULTS',
    );
  }
  const token = numberOf('leaseToken');
  const fields = {
    begun: numberOf('begun'),
    hash: textOf('hash'),
    input: numberOf('input'),
    result: numberOf('result'),
    group: textOf('group'),
    reason: textOf('reason'),
    lastError: textOf('lastError'),
    publicError: textOf('publicError'),
    movedMessage: textOf('movedMessage'),
    lease: token === undefined ? undefined : { token, until: numberOf('leaseUntil') ?? 0 },
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const record = { id, state, attempts: numberOf('attempts') ?? 0, updatedAt: numberOf('updatedAt') ?? 0, ...known };
  return { record, version };
}
