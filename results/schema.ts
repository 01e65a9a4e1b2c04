import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './busy';
import { StoreUnusable } from './errors';

/** Raised with every change of the table or of the payload hash. */
const VERSION = 5;

/**
 * New columns come last. Older versions of the table are this one without its last columns, and with the type REAL
 * where this one has ANY (docs/decisions/0015-records-of-any-type.md).
 */
const TABLE = `CREATE TABLE record (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('claimed', 'accepted', 'failing', 'done', 'failed')),
    hash       TEXT,
    attempts   INTEGER NOT NULL,
    input      ANY,
    result     ANY,
    reason     TEXT,
    last_error TEXT,
    updated_at INTEGER NOT NULL,
    message_group TEXT,
    moved_message TEXT,
    lease_token   INTEGER,
    lease_until   INTEGER,
    begun         INTEGER,
    public_error  TEXT,
    type          TEXT,
    CHECK (state <> 'done' OR (hash IS NOT NULL AND input IS NOT NULL AND result IS NOT NULL))
  ) STRICT, WITHOUT ROWID`;

/** In the order of the table. */
export const COLUMNS: readonly string[] = Array.from(TABLE.matchAll(/^ +([a-z_]+) /gm), ([, name = '']) => name);

const EXPIRY_INDEX = 'CREATE INDEX record_updated_at ON record (updated_at)';

/** The index for lists. Most jobs are recorded as `done` at once and are never in it. */
const OPEN_INDEX = `CREATE INDEX record_open ON record (state, updated_at) WHERE state <> 'done'`;

/**
 * Notes that operators leave beside the records. Made if it is missing, in a file of any version: older programs go
 * on beside it.
 */
const NOTES = `CREATE TABLE IF NOT EXISTS plusone_note (
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL,
    at    INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS plusone_note_at ON plusone_note (kind, at)`;

/**
 * No waiting by SQLite, which would block the event loop, up to 100 ms at a time. `whileBusy` waits without blocking
 * it, for 5 s. Between two processes that write without a pause it also had more throughput and a shorter worst wait.
 */
const BUSY_TIMEOUT_MS = 0;

/** Limits the log's file: after a long read that made it grow, the next write cuts it back to this. */
const LOG_LIMIT_BYTES = 8 * 1_048_576;

/**
 * The mask of a new file: records hold what callers sent, so only its user may read it. SQLite gives the log the file's
 * mode.
 */
const PRIVATE = 0o077;

function openPrivately(path: string): DatabaseSync {
  const before = process.umask(PRIVATE);
  try {
    return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  } finally {
    process.umask(before);
  }
}

/** Opens the file for several processes and makes or renews its schema. Throws SQLite's error while it is locked. */
export function openDatabase(path: string): DatabaseSync {
  const database = openPrivately(path);
  try {
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
    if (mode !== 'wal')
      throw new StoreUnusable(`${path} cannot be shared by two processes (WAL refused); name a file on a local disk`);
    // FULL: a commit is on disk before it returns, and survives a loss of power.
    database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
    migrate(database, path);
    assertWritable(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Throws if the file is read-only. SQLite opens such a file silently: the process would start, and record nothing. */
function assertWritable(database: DatabaseSync): void {
  try {
    database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${VERSION}; ROLLBACK`);
  } catch (error) {
    // A process that holds the lock can write, so there is no need to wait for it.
    if (!isBusy(error)) throw error;
  }
}

function migrate(database: DatabaseSync, path: string): void {
  if (version(database) === VERSION && hasNotes(database)) return;
  database.exec('BEGIN IMMEDIATE');
  // Read again under the lock: the other process may have been first.
  const found = version(database);
  if (found === 0 && isEmpty(database)) database.exec(`${TABLE}; ${EXPIRY_INDEX}; ${OPEN_INDEX}`);
  else if (isOlder(database, found)) renew(database);
  else if (found !== VERSION) {
    throw new StoreUnusable(
      `${path} is ${found === 0 ? "another program's database" : `a results store of version ${found}`}, ` +
        `this program needs version ${VERSION}; name another file in RESULTS or run the program that wrote it`,
    );
  }
  database.exec(`${NOTES}; PRAGMA user_version = ${VERSION}`);
  database.exec('COMMIT');
}

/** Whether an older version of this program made the table. */
function isOlder(database: DatabaseSync, found: number): boolean {
  const columns = columnsIn(database);
  return found > 0 && found < VERSION && columns.length > 0 && columns.every((name, at) => name === COLUMNS[at]);
}

/**
 * Makes the table of an older version one of this version without writing its rows: what is on disk is right as it is.
 * A row that lacks the last columns has NULL there; what was stored as REAL is a number as ANY, too.
 */
function renew(database: DatabaseSync): void {
  database.enableDefensive(false);
  database.exec('PRAGMA writable_schema = ON');
  database.prepare(`UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = 'record'`).run(TABLE);
  // Reads the schema again, and fails if it cannot be parsed.
  database.exec(`PRAGMA writable_schema = RESET; ${OPEN_INDEX}`);
  database.enableDefensive(true);
}

function columnsIn(database: DatabaseSync): readonly unknown[] {
  return database
    .prepare('PRAGMA table_info(record)')
    .all()
    .map(({ name }) => name);
}

const hasNotes = (database: DatabaseSync): boolean =>
  database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'plusone_note_at'`).get() !== undefined;

const isEmpty = (database: DatabaseSync): boolean =>
  database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0;

const version = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
