import type { QueryResult } from 'pg';
import { StoreUnusable } from '../errors';
import type { NoteKind } from '../notes';
import type { StoredNote, NoteStore } from '../stored-notes';
import type { Connections } from './connections';
import { NO_RIGHT, sqlStateOf } from './database-errors';
import { NOTE_TABLE } from './schema';

const PUT = `
  INSERT INTO ${NOTE_TABLE} (kind, key, at, value) VALUES ($1, $2, $3, $4)
  ON CONFLICT (kind, key) DO UPDATE SET at = excluded.at, value = excluded.value`;
const MANY = `SELECT * FROM ${NOTE_TABLE} WHERE kind = $1 AND key = ANY ($2::text[])`;
const REMOVE = `DELETE FROM ${NOTE_TABLE} WHERE kind = $1 AND key = $2`;
const NEWEST = `SELECT * FROM ${NOTE_TABLE} WHERE kind = $1 ORDER BY at DESC, key DESC LIMIT $2`;
const EXPIRE = `
  DELETE FROM ${NOTE_TABLE} WHERE kind = 'audit' AND key IN (
    SELECT key FROM ${NOTE_TABLE} WHERE kind = 'audit' AND at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** PostgreSQL's code for a table that is missing. */
const NO_TABLE = '42P01';

/** `pg` hands out a bigint as text. */
interface Row extends Omit<StoredNote, 'at'> {
  readonly at: string;
}

/**
 * Notes in a table beside the records. Without that table, in an older database, none are found and none accepted. A
 * user without rights on it is refused, as there may be notes that it does not see.
 */
export class NoteRows implements NoteStore {
  constructor(private readonly connections: Connections) {}

  async put({ kind, key, at, value }: StoredNote): Promise<void> {
    if ((await this.ask(PUT, [kind, key, at, value])) === 'none')
      throw this.unusable(`has no table ${NOTE_TABLE}; run \`npm run provision\``);
  }

  async many(kind: NoteKind, keys: readonly string[]): Promise<readonly StoredNote[]> {
    return rowsOf(await this.ask(MANY, [kind, keys]));
  }

  async remove(kind: NoteKind, key: string): Promise<void> {
    await this.ask(REMOVE, [kind, key]);
  }

  async list(kind: NoteKind, limit: number): Promise<readonly StoredNote[]> {
    return rowsOf(await this.ask(NEWEST, [kind, limit]));
  }

  async expire(before: number, limit: number): Promise<number> {
    const found = await this.ask(EXPIRE, [Math.ceil(before), limit]).catch(ifUnusable);
    return found === 'none' ? 0 : (found.rowCount ?? 0);
  }

  private async ask(text: string, values: readonly unknown[]): Promise<QueryResult<Row> | 'none'> {
    try {
      return await this.connections.records.query<Row>(text, [...values]);
    } catch (error) {
      const state = sqlStateOf(error);
      if (state === NO_TABLE) return 'none';
      if (state !== NO_RIGHT) throw error;
      throw this.unusable(`gives this user no right to ${NOTE_TABLE}; grant SELECT, INSERT, UPDATE and DELETE`);
    }
  }

  private unusable(why: string): StoreUnusable {
    return new StoreUnusable(`The database ${this.connections.place} ${why}`);
  }
}

/** Records expire whether notes can or not. */
function ifUnusable(error: unknown): 'none' {
  if (error instanceof StoreUnusable) return 'none';
  throw error;
}

const rowsOf = (found: QueryResult<Row> | 'none'): StoredNote[] =>
  found === 'none' ? [] : found.rows.map(({ at, ...rest }) => ({ ...rest, at: Number(at) }));
