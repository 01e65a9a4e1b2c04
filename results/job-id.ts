import { createHash } from 'node:crypto';
import { stringify, v7 } from 'uuid';
import { DELIVERY } from '../contract/delivery';

/**
 * Ids as this service issues them, in lower case only: stores compare ids as text, so a job asked
 * for in capitals would seem to be pending for ever.
 */
const ISSUED = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** How far the clocks of two producers may differ. */
const SKEW_MS = 5 * 60 * 1000;

/** UUID v7: begins with the time, so ids of one time lie together in a store. */
export const newJobId = (): string => v7();

/** UUID v8 from SHA-256 of caller and key: the same pair, the same job. JSON keeps the two apart. */
export function keyedJobId(caller: string, key: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([caller, key]))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return stringify(bytes);
}

/** When a v7 id was issued, ms since the epoch; undefined for any other id. */
export function issuedAt(id: string): number | undefined {
  if (!ISSUED.test(id) || id[14] !== '7') return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * Whether a job without a record may be on its way: only a v7 id of the retention's time, since a
 * keyed job (v8) has a record before it is sent. `now` in ms since the epoch.
 */
export function mayBePending(id: string, now: number, retentionSeconds = DELIVERY.recordRetentionSeconds): boolean {
  const issued = issuedAt(id);
  return issued !== undefined && issued <= now + SKEW_MS && issued >= now - retentionSeconds * 1000;
}

/** Whether this service can have issued the id within the retention; a keyed id does not tell its time. */
export function couldBeOurs(id: string, now: number, retentionSeconds: number): boolean {
  return ISSUED.test(id) && (id[14] === '8' || mayBePending(id, now, retentionSeconds));
}
