import { createHash } from 'node:crypto';
import { stringify, v7, validate, version } from 'uuid';
import { DELIVERY } from '../contract/delivery';
import { DEFAULT_TYPE } from '../contract/job';

/** Limits how far the clocks of two producers may differ. */
const SKEW_MS = 5 * 60 * 1000;

/** UUID v7: begins with the time, so that ids of the same time lie together in a store. */
export const newJobId = (): string => v7();

/**
 * UUID v8 from SHA-256 of caller, type and key: the same three give the same job. JSON keeps them apart. The default
 * type is left out, since it was the only type when the first keys were used.
 */
export function keyedJobId(caller: string, key: string, type: string = DEFAULT_TYPE): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify(type === DEFAULT_TYPE ? [caller, key] : [caller, type, key]))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return stringify(bytes);
}

/**
 * The id of a job as stores hold it: in lower case, since they compare ids as text. Undefined if it is no id. Any UUID
 * may be one: a message sent by hand brings its own, or takes its MessageId.
 */
export const readJobId = (text: string): string | undefined => (validate(text) ? text.toLowerCase() : undefined);

/** Whether the id was made from an `Idempotency-Key`: such a job has a record before it is sent. */
export const isKeyed = (id: string): boolean => validate(id) && version(id) === 8;

/** When a v7 id was issued, ms since the epoch; undefined for any other id. */
export function issuedAt(id: string): number | undefined {
  if (!validate(id) || version(id) !== 7) return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * Whether a job without a record may be on its way. Only a v7 id within the retention may: a job with a key has a
 * record before it is sent, and nothing is known of one sent by hand. `now` in ms since the epoch.
 */
export function mayBePending(id: string, now: number, retentionSeconds = DELIVERY.recordRetentionSeconds): boolean {
  const issued = issuedAt(id);
  return issued !== undefined && issued <= now + SKEW_MS && issued >= now - retentionSeconds * 1000;
}
