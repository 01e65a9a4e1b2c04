import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../../contract/job';
import { payloadHash } from '../payload-hash';
import type { RecordState } from '../records';

const TABLE = `
  CREATE TABLE record (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('claimed', 'accepted', 'failing', 'done', 'failed')),
    hash       TEXT,
    attempts   INTEGER NOT NULL,
    input      REAL,
    result     REAL,
    reason     TEXT,
    last_error TEXT,
    updated_at INTEGER NOT NULL,
    CHECK (state <> 'done' OR (hash IS NOT NULL AND input IS NOT NULL AND result IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX record_updated_at ON record (updated_at);
  PRAGMA user_version = 1;`;

/** A SQLite store as version 1 of this program left it: these jobs in this state, `done` with the result 2. */
export function storeOfVersionOne(path: string, jobs: readonly Job[], state: RecordState): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; ${TABLE}; BEGIN`);
  const insert = database.prepare(`INSERT INTO record VALUES (?, ?, ?, 3, ?, ?, NULL, 'boom', 1000)`);
  for (const job of jobs) insert.run(job.id, state, payloadHash(job), job.input, state === 'done' ? 2 : null);
  database.exec('COMMIT');
  database.close();
}
