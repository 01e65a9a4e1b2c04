import { DatabaseSync } from 'node:sqlite';
import { StoreUnusable } from './errors';

/** Raised with every change of the table or of the payload hash. */
const VERSION = 1;

const SCHEMA = `
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
  PRAGMA user_version = ${VERSION};
`;

/**
 * None: SQLite waits by blocking the event loop, up to 100 ms at a time. `whileBusy` waits beside it, for 5 s;
 * between two processes that write without a pause it also did more, and with a shorter longest wait.
 */
const BUSY_TIMEOUT_MS = 0;

/** Opens the file for use by several processes and sees to its schema. Throws SQLite's error while it is locked. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
    if (mode !== 'wal')
      throw new StoreUnusable(`${path} cannot be shared by two processes (WAL refused); name a file on a local disk`);
    // FULL: a commit is on disk before its caller hears of it, and survives a loss of power.
    database.exec('PRAGMA synchronous = FULL');
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, path: string): void {
  if (version(database) === VERSION) return;
  database.exec('BEGIN IMMEDIATE');
  // Read again under the lock: the other process may have been first.
  const found = version(database);
  if (found !== VERSION) {
    const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'];
    if (found !== 0 || tables !== 0) {
      throw new StoreUnusable(
        `${path} is ${found === 0 ? "another program's database" : `a results store of version ${found}`}, ` +
          `this program needs version ${VERSION}; name another file in RESULTS or run the program that wrote it`,
      );
    }
    database.exec(SCHEMA);
  }
  database.exec('COMMIT');
}

const version = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
