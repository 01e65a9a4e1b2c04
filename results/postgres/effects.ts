import type { PoolClient } from 'pg';
import { EffectRefused, RecordRefused } from '../errors';
import type { ItemWrite, SqlWrite, TransactionWork } from '../records';
import type { Writes } from '../versioned-records';
import { effectError } from './database-errors';
import { assertWithin, guarded } from './guarded-client';

/** Carries an effect out in an open transaction. Whatever it throws undoes all of it. */
export async function carryOut(client: PoolClient, { writes = [], transaction }: Writes): Promise<void> {
  try {
    for (const write of writes) await run(client, write);
    if (transaction === undefined) return;
    await runGuarded(client, transaction);
  } catch (error) {
    throw effectError(error);
  }
}

/** Runs the callback. A refusal counts even if the callback caught it, or its library threw another error. */
async function runGuarded(client: PoolClient, transaction: TransactionWork): Promise<void> {
  const { client: own, refusal, lost, end } = guarded(client);
  try {
    await Promise.race([transaction(own), lost]);
  } catch (error) {
    throw refusal() ?? error;
  } finally {
    end();
  }
  const refused = refusal();
  if (refused) throw refused;
}

async function run(client: PoolClient, write: SqlWrite | ItemWrite): Promise<void> {
  if (!('sql' in write)) {
    throw new RecordRefused(
      'RESULTS names a PostgreSQL database, whose writes are { sql, values }; this one is for DynamoDB',
    );
  }
  const { sql, values = [], changes } = write;
  assertWithin(sql);
  // The extended protocol takes one statement only.
  const config = { text: sql, values: [...values], queryMode: 'extended' };
  const { rowCount } = await client.query(config);
  if (changes !== undefined && rowCount !== changes)
    throw new EffectRefused(`A write of the effect changed ${rowCount ?? 0} rows, not ${changes}: ${sql}`);
}
