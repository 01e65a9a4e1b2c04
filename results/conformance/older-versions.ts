import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../../contract/job';
import { payloadHash } from '../payload-hash';
import type { RecordState } from '../records';

const COLUMNS_OF_VERSION_TWO = `
    message_group TEXT,
    moved_message TEXT,
    lease_token   INTEGER,
    lease_until   INTEGER,`;

const COLUMNS_OF_VERSION_THREE = `
    begun         INTEGER,`;

type OlderVersion = 1 | 2 | 3;

const tableOf = (version: OlderVersion): string => `
  CREATE TABLE record (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('claimed', 'accepted', 'failing', 'done', 'failed')),
    hash       TEXT,
    attempts   INTEGER NOT NULL,
    input      REAL,
    result     REAL,
    reason     TEXT,
    last_error TEXT,
    updated_at INTEGER NOT NULL,${version > 1 ? COLUMNS_OF_VERSION_TWO : ''}${version > 2 ? COLUMNS_OF_VERSION_THREE : ''}
    CHECK (state <> 'done' OR (hash IS NOT NULL AND input IS NOT NULL AND result IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX record_updated_at ON record (updated_at);
  PRAGMA user_version = ${version};`;

/** A SQLite store as an older version of this program left it: these jobs in this state, `done` with the result 2. */
export function storeOfVersion(
  version: OlderVersion,
  path: string,
  { jobs, state }: { readonly jobs: readonly Job<number>[]; readonly state: RecordState },
): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; ${tableOf(version)}; BEGIN`);
  const insert = database.prepare(
    `INSERT INTO record (id, state, hash, attempts, input, result, last_error, updated_at)
     VALUES (?, ?, ?, 3, ?, ?, 'boom', 1000)`,
  );
  for (const job of jobs) insert.run(job.id, state, payloadHash(job), job.input, state === 'done' ? 2 : null);
  if (version > 1) database.exec(`UPDATE record SET message_group = 'group', lease_token = 4, lease_until = 2000`);
  database.exec('COMMIT');
  database.close();
}
