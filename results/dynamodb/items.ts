import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import { DELIVERY } from '../../contract/delivery';
import { RecordUnavailable } from '../errors';
import { type StoredRecord, typeOf } from '../stored-record';
import { isState } from '../records';
import type { StoredVersion } from '../versioned-records';

export type Item = Record<string, AttributeValue>;

/** Seconds since the epoch; DynamoDB removes an item some time after it (TTL). */
export const EXPIRY_ATTRIBUTE = 'expiresAt';

/**
 * The index of failed records, and its key. Items in other states lack the key and are not in it. The key has 32
 * values, since one value takes 1,000 writes a second and a throttled index throttles its table. The type picks eight
 * of them, the id one of the eight. So all types can be listed without knowing their names.
 */
export const FAILED_INDEX = { name: 'failed', key: 'failedIn', order: 'updatedAt', holds: ['type'] } as const;
const TYPE_SHARDS = 4;
const ID_SHARDS = 8;

const shardOf = (text: string, shards: number): number =>
  createHash('sha256').update(text).digest().readUInt32BE() % shards;

const shardIn = (type: string, idShard: number): string => String(shardOf(type, TYPE_SHARDS) * ID_SHARDS + idShard);

/** The values of the index's key for jobs of a type, or of all types. */
export const failedShards = (type: string | undefined): string[] =>
  type === undefined
    ? Array.from({ length: TYPE_SHARDS * ID_SHARDS }, (_, shard) => String(shard))
    : Array.from({ length: ID_SHARDS }, (_, idShard) => shardIn(type, idShard));

const text = (value: string): AttributeValue => ({ S: value });
export const whole = (value: number): AttributeValue => ({ N: String(value) });

const failedIn = (record: StoredRecord): Item =>
  record.state === 'failed' ? { [FAILED_INDEX.key]: text(shardIn(typeOf(record), shardOf(record.id, ID_SHARDS))) } : {};

export function toItem(record: StoredRecord, version: string): Item {
  const { type, begun, hash, input, result, group, reason, lastError, publicError, lease, movedMessage } = record;
  return {
    id: text(record.id),
    state: text(record.state),
    attempts: whole(record.attempts),
    updatedAt: whole(record.updatedAt),
    version: text(version),
    ...failedIn(record),
    [EXPIRY_ATTRIBUTE]: whole(Math.ceil(record.updatedAt / 1_000) + DELIVERY.recordRetentionSeconds),
    ...(type !== undefined && { type: text(type) }),
    ...(begun !== undefined && { begun: whole(begun) }),
    ...(hash !== undefined && { hash: text(hash) }),
    ...(input !== undefined && { input: text(input) }),
    ...(result !== undefined && { result: text(result) }),
    ...(group !== undefined && { group: text(group) }),
    ...(reason !== undefined && { reason: text(reason) }),
    ...(lastError !== undefined && { lastError: text(lastError) }),
    ...(publicError !== undefined && { publicError: text(publicError) }),
    ...(movedMessage !== undefined && { movedMessage: text(movedMessage) }),
    ...(lease !== undefined && { leaseToken: whole(lease.token), leaseUntil: whole(lease.until) }),
  };
}

/** Throws `RecordUnavailable` for an item that is not ours: its job waits until somebody repairs the item. */
export function fromItem(item: Item): StoredVersion {
  const textOf = (name: string): string | undefined => item[name]?.S;
  const numberOf = (name: string): number | undefined => {
    const value = item[name]?.N ?? item[name]?.S;
    return value === undefined ? undefined : Number(value);
  };
  /** Text, since a DynamoDB number holds neither 1e-320 nor 1e300. */
  const jsonOf = (name: string): string | undefined => item[name]?.S ?? item[name]?.N;
  const [id, state, version] = [textOf('id'), textOf('state'), textOf('version')];
  if (id === undefined || version === undefined || !isState(state)) {
    throw new RecordUnavailable(
      'The table holds an item that is no record; remove it, or name another table in RESULTS',
    );
  }
  const token = numberOf('leaseToken');
  const fields = {
    type: textOf('type'),
    begun: numberOf('begun'),
    hash: textOf('hash'),
    input: jsonOf('input'),
    result: jsonOf('result'),
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
