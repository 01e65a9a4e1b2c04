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

const COLUMNS_OF_VERSION_FOUR = `
    public_error  TEXT,`;

type OlderVersion = 1 | 2 | 3 | 4;

const columnsSince = (version: OlderVersion): string =>
  [COLUMNS_OF_VERSION_TWO, COLUMNS_OF_VERSION_THREE, COLUMNS_OF_VERSION_FOUR].slice(0, version - 1).join('');

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
    updated_at INTEGER NOT NULL,${columnsSince(version)}
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

/**
 * A process of version 4 at work on the store at argv 1: with its statements, prepared once, it records the jobs of the
 * ids that follow, whose input is 1, and says how that ended for each, and then what it reads of them.
 */
export const PROCESS_OF_VERSION_FOUR = `
  const { DatabaseSync } = require('node:sqlite');
  const [path, hash, ...ids] = process.argv.slice(1);
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA synchronous = FULL');
  const select = database.prepare('SELECT * FROM record WHERE id = ?');
  const upsert = database.prepare(\`
    INSERT INTO record (id, state, hash, attempts, input, result, reason, last_error, updated_at,
      message_group, lease_token, lease_until, moved_message, begun, public_error)
    VALUES (:id, :state, :hash, :attempts, :input, :result, :reason, :last_error, :updated_at,
      :message_group, :lease_token, :lease_until, :moved_message, :begun, :public_error)
    ON CONFLICT (id) DO UPDATE SET
      state = excluded.state, hash = excluded.hash, attempts = excluded.attempts, input = excluded.input,
      result = excluded.result, reason = excluded.reason, last_error = excluded.last_error,
      updated_at = excluded.updated_at, message_group = excluded.message_group,
      lease_token = excluded.lease_token, lease_until = excluded.lease_until,
      moved_message = excluded.moved_message, begun = excluded.begun, public_error = excluded.public_error\`);
  const nothing = { reason: null, last_error: null, message_group: null, lease_token: null, lease_until: null,
    moved_message: null, begun: null, public_error: null };
  const once = (id) => {
    database.exec('BEGIN IMMEDIATE');
    const stored = select.get(id);
    const other = stored !== undefined && stored.hash !== null && stored.hash !== hash;
    const outcome = other ? 'conflict' : stored?.state === 'done' ? 'repeat' : 'recorded';
    const row = { ...nothing, id, state: 'done', hash, attempts: 0, input: 1, result: 2, updated_at: Date.now() };
    if (outcome === 'recorded') upsert.run(row);
    database.exec('COMMIT');
    return outcome;
  };
  (async () => {
    say('open');
    const outcomes = [];
    for (const id of ids) {
      outcomes.push(once(id));
      await new Promise((later) => setTimeout(later, 1));
    }
    say(JSON.stringify(outcomes));
    say(JSON.stringify(ids.map((id) => select.get(id)).map(({ input, result }) => [input, result])));
    database.close();
  })();`;
