import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { GroupCommit } from './group-commit';
import type { NoteKind } from './notes';
import type { StoredNote, NoteStore } from './stored-notes';

type Read = <T>(query: () => T) => Promise<T>;

/** Notes in the records' own file, in a table beside them (`schema.ts`). */
export class SqlNotes implements NoteStore {
  private readonly upsert: StatementSync;
  private readonly select: StatementSync;
  private readonly delete: StatementSync;
  private readonly newest: StatementSync;
  private readonly expired: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly writes: GroupCommit,
    private readonly read: Read,
  ) {
    this.upsert = database.prepare(`
      INSERT INTO plusone_note (kind, key, at, value) VALUES (?, ?, ?, ?)
      ON CONFLICT (kind, key) DO UPDATE SET at = excluded.at, value = excluded.value`);
    this.select = database.prepare('SELECT * FROM plusone_note WHERE kind = ? AND key = ?');
    this.delete = database.prepare('DELETE FROM plusone_note WHERE kind = ? AND key = ?');
    this.newest = database.prepare('SELECT * FROM plusone_note WHERE kind = ? ORDER BY at DESC, key DESC LIMIT ?');
    this.expired = database.prepare(`
      DELETE FROM plusone_note WHERE kind = 'audit' AND key IN (
        SELECT key FROM plusone_note WHERE kind = 'audit' AND at < ? ORDER BY at LIMIT ?)`);
  }

  put({ kind, key, at, value }: StoredNote): Promise<void> {
    return this.writes.add(() => void this.upsert.run(kind, key, at, value));
  }

  many(kind: NoteKind, keys: readonly string[]): Promise<readonly StoredNote[]> {
    return this.read(() => {
      const rows = keys.map((key) => this.select.get(kind, key)).filter((row) => row !== undefined);
      return rows.map((row) => toStored(kind, row));
    });
  }

  remove(kind: NoteKind, key: string): Promise<void> {
    return this.writes.add(() => void this.delete.run(kind, key));
  }

  /** Expires notes, as part of a shared write. */
  expire(before: number, limit: number): number {
    return Number(this.expired.run(before, limit).changes);
  }

  list(kind: NoteKind, limit: number): Promise<readonly StoredNote[]> {
    return this.read(() => this.newest.all(kind, limit).map((row) => toStored(kind, row)));
  }
}

const toStored = (kind: NoteKind, row: Readonly<Record<string, SQLOutputValue>>): StoredNote => ({
  kind,
  key: String(row['key']),
  at: Number(row['at']),
  value: String(row['value']),
});
