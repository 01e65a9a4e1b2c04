import type { StoredRecord } from '../stored-record';
import { ITEM_LIMIT, tooLarge } from '../size-limits';
import { type Item, toItem } from './items';

/** The size by DynamoDB's count: names and values as UTF-8, a number up to 21 bytes. */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S = '', N }]) => sum + name.length + (N === undefined ? Buffer.byteLength(S) : 21),
    0,
  );

/**
 * The item of a record, if DynamoDB has room for it. A failed record goes without its input if need be: its dead letter
 * has the input. Throws `RecordRefused` for any other record that is too large.
 */
export function fittingItem(stored: StoredRecord, version: string): Item {
  const item = toItem(stored, version);
  const bytes = itemBytes(item);
  if (bytes <= ITEM_LIMIT.bytes) return item;
  const { input, ...rest } = stored;
  if (stored.state === 'failed' && input !== undefined) return toItem(rest, version);
  throw tooLarge(stored, bytes, ITEM_LIMIT);
}
