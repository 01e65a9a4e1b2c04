import type { JobType } from '../contract/job-type';
import { RecordRefused } from './errors';
import type { StoredRecord } from './stored-record';

interface SizeLimit {
  readonly bytes: number;
  readonly of: string;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items */
export const ITEM_LIMIT: SizeLimit = { bytes: 400 * 1_024, of: 'an item of DynamoDB' };

/** https://www.sqlite.org/limits.html: SQLITE_MAX_LENGTH, of a row as of a value. */
export const ROW_LIMIT: SizeLimit = { bytes: 1_000_000_000, of: 'a row of SQLite' };

/**
 * A value of PostgreSQL holds 1 GB (https://www.postgresql.org/docs/current/limits.html), and so does the protocol's
 * message that brings a record, in which a byte may take two, beside other records.
 */
export const VALUE_LIMIT: SizeLimit = { bytes: 256 * 1_048_576, of: 'a record in PostgreSQL' };

/** The limits by the word before the colon in `RESULTS`. */
const LIMITS: ReadonlyMap<string, SizeLimit> = new Map([
  ['dynamodb', ITEM_LIMIT],
  ['sqlite', ROW_LIMIT],
  ['postgres', VALUE_LIMIT],
  ['postgresql', VALUE_LIMIT],
]);

/**
 * Limits what a record holds beside input and result: ids, a group, two texts of an error of up to 1,000 characters.
 */
export const OVERHEAD_BYTES = 8 * 1_024;

/** A sentence for each job type whose jobs may be larger than the store that `RESULTS` names can record. */
export function sizeLimitFaults(results: string, definitions: readonly JobType[]): string[] {
  const [kind = ''] = results.split(':', 1);
  const limit = LIMITS.get(kind);
  if (limit === undefined) return [];
  const most = Math.floor((limit.bytes - OVERHEAD_BYTES) / 2);
  return definitions
    .filter(({ policy }) => policy.sizeLimitBytes > most)
    .map(
      ({ type, policy }) =>
        `The job type ${type} allows ${policy.sizeLimitBytes} bytes for an input and for a result each, and ${limit.of} ` +
        `holds ${limit.bytes} in all; set its policy's sizeLimitBytes to ${most} or less, or name another store in RESULTS`,
    );
}

export function tooLarge({ input = '', result = '' }: StoredRecord, bytes: number, limit: SizeLimit): RecordRefused {
  return new RecordRefused(
    `The record takes ${bytes} bytes, its input ${Buffer.byteLength(input)} and its result ${Buffer.byteLength(result)} ` +
      `of them, and ${limit.of} holds ${limit.bytes}; return less, such as where the rest is kept`,
  );
}
