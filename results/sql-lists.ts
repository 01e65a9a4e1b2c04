import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DEFAULT_TYPE } from '../contract/job';
import { toRecord } from './stored-record';
import { pageEnd, type ReadListing } from './listing';
import type { Page } from './records';
import { fromRow } from './rows';

/** `which`: the condition by which the index is chosen. */
const select = (which: string): string => `
  SELECT * FROM record
  WHERE ${which} AND updated_at >= :since AND (updated_at, id) < (:at, :id)
    AND (:type IS NULL OR coalesce(type, '${DEFAULT_TYPE}') = :type)
  ORDER BY updated_at DESC, id DESC LIMIT :limit`;

/** Pages of records, each read in the order of an index. */
export class SqlLists {
  private readonly done: StatementSync;
  private readonly open: StatementSync;

  constructor(database: DatabaseSync) {
    this.done = database.prepare(select(`state = 'done' AND state = :state`));
    this.open = database.prepare(select(`state <> 'done' AND state = :state`));
  }

  page({ state, type, since, limit, behind: { at, id } }: ReadListing): Page {
    const statement = state === 'done' ? this.done : this.open;
    const rows = statement.all({ state, type: type ?? null, since, at, id, limit: limit + 1 });
    const records = rows.map((row) => toRecord(fromRow(row)));
    const places = records.map(({ id, updatedAt }) => ({ id, at: updatedAt }));
    return { records: records.slice(0, limit), ...pageEnd(places, limit) };
  }
}
