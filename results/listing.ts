import { elementsOf, parsedJson } from '../contract/json';
import { RecordRefused } from './errors';
import type { Listing, Page } from './records';

const MAX_LIMIT = 1_000;

/** The place of a record in its list: newest first, those of the same time by their ids. */
export interface Cursor {
  readonly at: number;
  readonly id: string;
}

/** Before every record there is. */
const START: Cursor = { at: Number.MAX_SAFE_INTEGER, id: '' };

/** A listing as stores read it. */
export interface ReadListing extends Pick<Listing, 'state' | 'type' | 'limit'> {
  readonly since: number;
  /** The page begins behind this place. */
  readonly behind: Cursor;
}

/** Throws `RecordRefused` for an invalid listing. */
export function readListing({ state, type, limit, since = 0, after }: Listing): ReadListing {
  assertLimit(limit, 'records');
  if (!Number.isFinite(since)) throw new RecordRefused(`Records are listed since a time in milliseconds, not ${since}`);
  const behind = after === undefined ? START : cursorIn(after);
  return { state, limit, since: Math.max(0, since), behind, ...(type !== undefined && { type }) };
}

export function assertLimit(limit: number, what: 'records' | 'notes'): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return;
  throw new RecordRefused(`A page of ${what} has from 1 to ${MAX_LIMIT}, not ${limit}`);
}

/** `found` has one more than fits on the page if there is a page after it. */
export function pageEnd(found: readonly Cursor[], limit: number): Pick<Page, 'after'> {
  const last = found[limit - 1];
  return found.length > limit && last ? { after: textOf(last) } : {};
}

const textOf = ({ at, id }: Cursor): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

function cursorIn(text: string): Cursor {
  const [at, id] = elementsOf(parsedJson(Buffer.from(text, 'base64url').toString()));
  if (typeof at === 'number' && typeof id === 'string') return { at, id };
  throw new RecordRefused('This is not where a page of records ended; begin with the first page');
}
