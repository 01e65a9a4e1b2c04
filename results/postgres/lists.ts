import type { Pool, QueryResultRow } from 'pg';
import { DEFAULT_TYPE } from '../../contract/job';
import { toRecord } from '../stored-record';
import { pageEnd, type ReadListing } from '../listing';
import type { Page } from '../records';
import { fromPgRow, toText } from './rows';
import { TABLE } from './schema';

/** `which`: the condition by which the index is chosen. */
const select = (which: string): string => `
  SELECT *, xmin::text AS version FROM ${TABLE}
  WHERE ${which} AND updated_at >= $2 AND updated_at <= $3 AND (updated_at, id) < ($3, $4)
    AND ($5::text IS NULL OR coalesce(type, '${DEFAULT_TYPE}') = $5)
  ORDER BY updated_at DESC, id DESC LIMIT $6`;

const DONE = select(`state = 'done' AND state = $1`);
const OPEN = select(`state <> 'done' AND state = $1`);

export async function pageOf(pool: Pool, { state, type, since, limit, behind }: ReadListing): Promise<Page> {
  const text = state === 'done' ? DONE : OPEN;
  const wanted = type === undefined ? null : toText(type);
  const values = [state, Math.floor(since), behind.at, behind.id, wanted, limit + 1];
  const { rows } = await pool.query<QueryResultRow>(text, values);
  const records = rows.map((row) => toRecord(fromPgRow(row).record));
  const places = records.map(({ id, updatedAt }) => ({ id, at: updatedAt }));
  return { records: records.slice(0, limit), ...pageEnd(places, limit) };
}
