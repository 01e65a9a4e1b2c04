import type { ClientBase } from 'pg';
import { StoreUnusable } from '../errors';

export const TABLE = 'plusone_record';

/** Notes that operators leave beside the records. */
export const NOTE_TABLE = 'plusone_note';

/** Raised with every change of the table or of the payload hash; it stands in the table's comment. */
const VERSION = 1;

/**
 * Input and result are JSON as text: `jsonb` keeps neither -1e-400 nor the order of names. Wide columns of a fixed size
 * come first, so that nothing is lost to alignment. Ids are compared byte by byte, whatever the database's collation.
 */
const COLUMNS = `
  updated_at    bigint NOT NULL,
  lease_until   bigint,
  lease_token   bigint,
  attempts      integer NOT NULL,
  begun         integer,
  id            text COLLATE "C" NOT NULL,
  state         text COLLATE "C" NOT NULL,
  type          text COLLATE "C",
  hash          text COLLATE "C",
  input         text,
  result        text,
  reason        text,
  last_error    text,
  public_error  text,
  message_group text,
  moved_message text`;

const CHECKS = `
  PRIMARY KEY (id),
  CHECK (state IN ('claimed', 'accepted', 'failing', 'done', 'failed')),
  CHECK (state <> 'done' OR (hash IS NOT NULL AND input IS NOT NULL AND result IS NOT NULL))`;

/** Names and types of a row, as `json_to_recordset` takes them. */
export const ROW_TYPE = COLUMNS.replaceAll(/ COLLATE "C"| NOT NULL/g, '');

export const NAMES = Array.from(COLUMNS.matchAll(/^ +([a-z_]+) /gm), ([, name = '']) => name);

/**
 * Most jobs are recorded as `done` at once: each adds an entry at the end of the first index, which expiry needs too,
 * and none to the second.
 */
const CREATE = [
  `CREATE TABLE ${TABLE} (${COLUMNS},${CHECKS})`,
  `CREATE INDEX ${TABLE}_updated_at ON ${TABLE} (updated_at)`,
  `CREATE INDEX ${TABLE}_open ON ${TABLE} (state, updated_at) WHERE state <> 'done'`,
  `COMMENT ON TABLE ${TABLE} IS 'plusone, version ${VERSION}'`,
].join('; ');

/** Made if it is missing, beside records of any version, with which older programs go on. */
const CREATE_NOTES = [
  `CREATE TABLE ${NOTE_TABLE} (
    at    bigint NOT NULL,
    kind  text COLLATE "C" NOT NULL,
    key   text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (kind, key)
  )`,
  `CREATE INDEX ${NOTE_TABLE}_at ON ${NOTE_TABLE} (kind, at)`,
].join('; ');

/** Any number that no other program is likely to lock: "plusone" read as base 36. */
const PROVISION_LOCK = Number.parseInt('plusone', 36);

/** Reads the facts of the database, in one row. */
export const LOOK = `
  SELECT current_setting('transaction_read_only') = 'on' AS "readOnly", current_setting('server_encoding') AS encoding,
    found IS NOT NULL AS exists, to_regclass('${NOTE_TABLE}') IS NOT NULL AS "hasNotes",
    obj_description(found, 'pg_class') AS comment
  FROM to_regclass('${TABLE}') AS found`;

export interface Look {
  readonly readOnly: boolean;
  readonly encoding: string;
  readonly exists: boolean;
  readonly hasNotes: boolean;
  readonly comment: string | null;
}

/** Why this program cannot use the database, in a sentence. */
export function lookFault({ readOnly, encoding, exists, comment }: Look, place: string): string | undefined {
  if (readOnly) return readOnlyText(place);
  if (encoding !== 'UTF8') return `The database ${place} is encoded in ${encoding}; name one in UTF8 in RESULTS`;
  if (!exists) return missingText(place);
  const found = versionIn(comment);
  if (found === VERSION) return undefined;
  if (found === undefined)
    return `The database ${place} has a table ${TABLE} of another program; name another database in RESULTS`;
  const advice = found < VERSION ? 'run `npm run provision`' : 'run the program that made it';
  return `The table ${TABLE} of ${place} has version ${found}, this program needs version ${VERSION}; ${advice}`;
}

export const missingText = (place: string): string =>
  `The database ${place} has no table ${TABLE}; run \`npm run provision\`, or name another database in RESULTS`;

export const mayNotCreateText = (place: string): string =>
  `The user that RESULTS names may create no tables in the database ${place}; provision as one that may`;

export const readOnlyText = (place: string): string =>
  `The database ${place} takes no writes, as a replica does; name the primary in RESULTS`;

function versionIn(comment: string | null): number | undefined {
  const [, version] = /^plusone, version (\d+)$/.exec(comment ?? '') ?? [];
  return version === undefined ? undefined : Number(version);
}

/**
 * Makes the tables and their indexes, or checks those that exist, for which no right to create any is needed. Processes
 * that start together take turns: the lock ends with the transaction.
 */
export async function ensureSchema(client: ClientBase, place: string): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [PROVISION_LOCK]);
    const { rows } = await client.query<Look>(LOOK);
    const [look] = rows;
    if (look?.exists === false && !look.readOnly) await client.query(CREATE);
    else if (look) assertUsable(look, place);
    if (look?.hasNotes === false) await client.query(CREATE_NOTES);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

export function assertUsable(look: Look, place: string): void {
  const fault = lookFault(look, place);
  if (fault !== undefined) throw new StoreUnusable(fault);
}
