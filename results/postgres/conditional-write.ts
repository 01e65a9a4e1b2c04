import type { ClientBase, Pool, QueryResultRow } from 'pg';
import { setTimeout as wait } from 'node:timers/promises';
import { EffectRefused, RecordUnavailable } from '../errors';
import type { Change, Writes, Written } from '../versioned-records';
import { CALL_LIMIT_MS, withClient } from './connections';
import { effectError, isContended, ThrownByWork } from './database-errors';
import { carryOut } from './effects';
import { fromPgRow, toJsonRow } from './rows';
import { NAMES, ROW_TYPE, TABLE } from './schema';

/** How to try again behind other transactions on the same rows, which take some ms each. */
const CONTENDED = { tries: 12, firstWaitMs: 5, maxWaitMs: 500 };

/**
 * Lets the server end a transaction whose process is frozen, and with it its locks, after the time that a handler may
 * take.
 */
const BEGIN = {
  text: 'BEGIN; SET LOCAL idle_in_transaction_session_timeout = 60000',
  query_timeout: CALL_LIMIT_MS,
};
const COMMIT = { text: 'COMMIT', query_timeout: CALL_LIMIT_MS };

const ROLLBACK_LIMIT_MS = 1_000;

const LIST = NAMES.join(', ');

/**
 * `$1` the row, `$2` the version to be replaced or NULL, `$3` the id. The version is the row's `xmin`, new with every
 * write.
 */
const WRITE = {
  name: 'plusone-write',
  text: `
    WITH written AS (
      INSERT INTO ${TABLE} AS stored (${LIST}) SELECT ${LIST} FROM json_to_record($1::json) AS given(${ROW_TYPE})
      ON CONFLICT (id) DO UPDATE SET (${LIST}) = ROW (${NAMES.map((name) => `excluded.${name}`).join(', ')})
        WHERE stored.xmin = $2::xid
      RETURNING id)
    SELECT EXISTS (SELECT FROM written) AS written, stored.*, stored.xmin::text AS version
    FROM (SELECT) AS one LEFT JOIN ${TABLE} AS stored ON stored.id = $3 AND NOT EXISTS (SELECT FROM written)`,
};

const WRITTEN: Written = { written: true };

/** Writes a record if it has not changed since it was read, alone or in one transaction with an effect. */
export class ConditionalWrite {
  constructor(
    private readonly records: Pool,
    private readonly effects: Pool,
  ) {}

  /** Alone: one statement, which is a transaction of its own. */
  alone(change: Change): Promise<Written> {
    return patiently(() => put(this.records, change));
  }

  with(change: Change, writes: Writes): Promise<Written> {
    return patiently(() => withClient(this.effects, (client) => transact(client, change, writes)));
  }
}

async function transact(client: Parameters<typeof carryOut>[0], change: Change, writes: Writes): Promise<Written> {
  await client.query(BEGIN);
  try {
    const written = await put(client, change);
    if (written.written) {
      await carryOut(client, writes);
      await commit(client);
    } else {
      await client.query('ROLLBACK');
    }
    return written;
  } catch (error) {
    const isAlive = await rollBack(client);
    // If the connection was lost, the work throws an error as well, which may be anything.
    throw error instanceof ThrownByWork && !isAlive ? error.cause : error;
  }
}

/** Resolves to false if the connection no longer answers. */
async function rollBack(client: ClientBase): Promise<boolean> {
  // A limit, since the connection may still be at work on a statement that was given up.
  const config = { text: 'ROLLBACK', query_timeout: ROLLBACK_LIMIT_MS };
  return client.query(config).then(
    () => true,
    () => false,
  );
}

/** Writes the record before the effect: others that write it wait from then on, and find it done. */
async function put(on: Pool | ClientBase, { record, version }: Change): Promise<Written> {
  const values = [toJsonRow(record), version ?? null, record.id];
  const { rows } = await on.query<QueryResultRow>({ ...WRITE, values });
  const { written, ...stored } = rows[0] ?? {};
  if (written === true) return WRITTEN;
  // Undefined if the other transaction ended after this statement began: its row is not visible yet.
  const other = typeof stored['id'] === 'string' ? fromPgRow(stored) : undefined;
  return { written: false, other };
}

/**
 * Commits, and checks it: PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and one without a
 * transaction with a notice.
 */
async function commit(client: ClientBase): Promise<void> {
  if (client.getTransactionStatus() === 'I') {
    throw new EffectRefused('The effect ended the transaction of its record; leave BEGIN, COMMIT and ROLLBACK out');
  }
  try {
    const { command } = await client.query(COMMIT);
    if (command === 'COMMIT') return;
  } catch (error) {
    throw effectError(error);
  }
  throw new EffectRefused('A statement of the effect failed and the effect went on; nothing of it was written');
}

/** Tries a whole transaction again if another was in its way. */
async function patiently(attempt: () => Promise<Written>): Promise<Written> {
  let waitMs = CONTENDED.firstWaitMs;
  for (let left = CONTENDED.tries; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isContended(error)) throw error;
      if (left === 0) throw new RecordUnavailable('The rows of the effect are contended; try again', { cause: error });
    }
    await wait(waitMs * (0.5 + Math.random() / 2));
    waitMs = Math.min(waitMs * 2, CONTENDED.maxWaitMs);
  }
}
