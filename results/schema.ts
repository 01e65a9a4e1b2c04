import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './busy';
import { StoreUnusable } from './errors';

/** Raised with every change of the table or of the payload hash. */
const VERSION = 4;

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
    message_group TEXT,
    moved_message TEXT,
    lease_token   INTEGER,
    lease_until   INTEGER,
    begun         INTEGER,
    public_error  TEXT,
    CHECK (state <> 'done' OR (hash IS NOT NULL AND input IS NOT NULL AND result IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX record_updated_at ON record (updated_at);
`;

/** From each older version to the one after it. */
const MIGRATIONS: ReadonlyMap<number, string> = new Map([
  [
    1,
    `ALTER TABLE record ADD COLUMN message_group TEXT;
     ALTER TABLE record ADD COLUMN moved_message TEXT;
     ALTER TABLE record ADD COLUMN lease_token INTEGER;
     ALTER TABLE record ADD COLUMN lease_until INTEGER;`,
  ],
  [2, `ALTER TABLE record ADD COLUMN begun INTEGER;`],
  [3, `ALTER TABLE record ADD COLUMN public_error TEXT;`],
]);

/**
 * None: SQLite waits by blocking the event loop, up to 100 ms at a time. `whileBusy` waits beside it, for 5 s;
 * between two processes that write without a pause it also did more, and with a shorter longest wait.
 */
const BUSY_TIMEOUT_MS = 0;

/** The log's file keeps the size that a long read once let it grow to; a write after that read cuts it back to this. */
const LOG_LIMIT_BYTES = 8 * 1_048_576;

/** Records hold what callers sent, so a new file is its user's alone. SQLite gives the log and its index the file's mode. */
const PRIVATE = 0o077;

function openPrivately(path: string): DatabaseSync {
  const before = process.umask(PRIVATE);
  try {
    return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  } finally {
    process.umask(before);
  }
}

/** Opens the file for use by several processes and sees to its schema. Throws SQLite's error while it is locked. */
export function openDatabase(path: string): DatabaseSync {
  const database = openPrivately(path);
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
    if (mode !== 'wal')
      throw new StoreUnusable(`${path} cannot be shared by two processes (WAL refused); name a file on a local disk`);
    // FULL: a commit is on disk before its caller hears of it, and survives a loss of power.
    database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
    migrate(database, path);
    assertWritable(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite opens a file that it may only read without a word: the process would start, and record nothing. */
function assertWritable(database: DatabaseSync): void {
  try {
    database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${VERSION}; ROLLBACK`);
  } catch (error) {
    // Who holds the lock may write, so there is no need to wait for it.
    if (!isBusy(error)) throw error;
  }
}

function migrate(database: DatabaseSync, path: string): void {
  if (version(database) === VERSION) return;
  database.exec('BEGIN IMMEDIATE');
  // Read again under the lock: the other process may have been first.
  const found = version(database);
  const steps = stepsFrom(found, isEmpty(database));
  if (steps === undefined) {
    throw new StoreUnusable(
      `${path} is ${found === 0 ? "another program's database" : `a results store of version ${found}`}, ` +
        `this program needs version ${VERSION}; name another file in RESULTS or run the program that wrote it`,
    );
  }
  for (const step of steps) database.exec(step);
  database.exec(`PRAGMA user_version = ${VERSION}`);
  database.exec('COMMIT');
}

/** What makes the file one of this version; undefined where nothing does. */
function stepsFrom(found: number, empty: boolean): readonly string[] | undefined {
  if (found === 0) return empty ? [TABLE] : undefined;
  const steps: string[] = [];
  for (let at = found; at !== VERSION; at += 1) {
    const step = MIGRATIONS.get(at);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps;
}

const isEmpty = (database: DatabaseSync): boolean =>
  database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0;

const version = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
