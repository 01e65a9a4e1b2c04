import type { QueryResultRow } from 'pg';
import { RecordRefused, StoreUnavailable, StoreUnusable } from '../errors';
import type { StoredRecord } from '../stored-record';
import type { ReadListing } from '../listing';
import type { Page } from '../records';
import {
  type Change,
  type StoredVersion,
  VersionedRecords,
  type VersionedStore,
  type Writes,
  type Written,
} from '../versioned-records';
import { ConditionalWrite } from './conditional-write';
import { Connections, type DatabasePlace, withClient } from './connections';
import { databaseError, NO_RIGHT, sqlStateOf, unusable } from './database-errors';
import { FreshInserts } from './fresh-inserts';
import { pageOf } from './lists';
import { NoteRows } from './note-rows';
import { fromPgRow } from './rows';
import { assertUsable, ensureSchema, LOOK, type Look, lookFault, mayNotCreateText, TABLE } from './schema';

const EXPIRED_PER_CALL = 500;

/** Limits a record that shares its statement with others, in characters. */
const SHARED_STATEMENT_LENGTH = 64 * 1_024;

const ONE = { name: 'plusone-one', text: `SELECT *, xmin::text AS version FROM ${TABLE} WHERE id = $1` };
const MANY = `SELECT *, xmin::text AS version FROM ${TABLE} WHERE id = ANY ($1::text[])`;

/** Skips rows that another process is about to change or remove. */
const EXPIRE = `
  DELETE FROM ${TABLE} WHERE id IN (
    SELECT id FROM ${TABLE} WHERE updated_at < $1 ORDER BY updated_at LIMIT ${EXPIRED_PER_CALL} FOR UPDATE SKIP LOCKED)`;

/**
 * A table in a PostgreSQL database. A job recorded by its first write costs 1/20 of a round trip under load, or less.
 */
class PostgresTable implements VersionedStore {
  readonly notes: NoteRows;
  private readonly fresh: FreshInserts;
  private readonly conditional: ConditionalWrite;

  constructor(private readonly connections: Connections) {
    this.notes = new NoteRows(connections);
    this.fresh = new FreshInserts(connections.records);
    this.conditional = new ConditionalWrite(connections.records, connections.effects);
  }

  async one(id: string): Promise<StoredVersion | undefined> {
    const { rows } = await this.connections.records.query<QueryResultRow>({ ...ONE, values: [id] });
    return rows[0] && fromPgRow(rows[0]);
  }

  async many(ids: readonly string[]): Promise<readonly StoredRecord[]> {
    const { rows } = await this.connections.records.query<QueryResultRow>(MANY, [ids]);
    return rows.map((row) => fromPgRow(row).record);
  }

  async insert(record: StoredRecord): Promise<boolean> {
    const { input = '', result = '' } = record;
    return input.length + result.length <= SHARED_STATEMENT_LENGTH && this.fresh.insert(record);
  }

  async write(change: Change, writes: Writes): Promise<Written> {
    const { writes: statements = [], transaction } = writes;
    const isAlone = statements.length === 0 && transaction === undefined;
    return isAlone ? this.conditional.alone(change) : this.conditional.with(change, writes);
  }

  page(listing: ReadListing): Promise<Page> {
    return pageOf(this.connections.records, listing);
  }

  async check(): Promise<void> {
    const { place } = this.connections;
    const fault = lookFault(await this.look(), place);
    if (fault !== undefined) throw new StoreUnavailable(fault);
  }

  async open(): Promise<void> {
    assertUsable(await this.look(), this.connections.place);
  }

  async expire(before: number): Promise<number> {
    const { rowCount } = await this.connections.records.query(EXPIRE, [Math.ceil(before)]);
    return (rowCount ?? 0) + (await this.notes.expire(before, EXPIRED_PER_CALL));
  }

  close(): Promise<void> {
    return this.connections.close();
  }

  errorOf(error: unknown): Error {
    return databaseError(this.connections.place, error);
  }

  private async look(): Promise<Look> {
    const { rows } = await this.connections.records.query<Look>(LOOK);
    const [look] = rows;
    if (look === undefined) throw new RecordRefused('The database answered nothing');
    return look;
  }
}

export class PostgresRecords extends VersionedRecords {
  /**
   * Rejects with `StoreUnusable` for a database that refuses this user, takes no writes or lacks the table of this
   * version. One that does not answer may be unavailable for a moment: the store opens anyway, and `check` says so.
   */
  static async open(place: DatabasePlace): Promise<PostgresRecords> {
    const connections = new Connections(place);
    const table = new PostgresTable(connections);
    const records = new PostgresRecords(table);
    try {
      await table.open();
    } catch (error) {
      const fault = unusable(connections.place, error);
      if (fault === undefined) return records;
      await records.close();
      throw fault;
    }
    return records;
  }
}

/** Makes the tables that records need, or checks that they exist. */
export async function provisionDatabase(url: string): Promise<void> {
  const connections = new Connections({ url, concurrency: 1 });
  const { place } = connections;
  try {
    await withClient(connections.records, (client) => ensureSchema(client, place));
  } catch (error) {
    if (sqlStateOf(error) === NO_RIGHT) throw new StoreUnusable(mayNotCreateText(place), { cause: error });
    throw unusable(place, error) ?? databaseError(place, error);
  } finally {
    await connections.close();
  }
}
