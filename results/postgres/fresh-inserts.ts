import DataLoader from 'dataloader';
import type { Pool } from 'pg';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { StoredRecord } from '../stored-record';
import { isContended, isLocked, sqlStateOf } from './database-errors';
import { toJsonRow } from './rows';
import { NAMES, ROW_TYPE, TABLE } from './schema';

/** Limits a batch, so that its statement takes some ms. */
const BATCH_LIMIT = 200;

const LIST = NAMES.join(', ');

/**
 * Limits how long a batch waits for a job that another process records just now, whose slow effect must not hold up the
 * others.
 */
const LOCK_LIMIT_MS = 250;

/** In the order of their ids, so that two batches with the same ids never wait for each other. */
const INSERT = {
  name: 'plusone-fresh',
  text: `
    INSERT INTO ${TABLE} (${LIST})
    SELECT ${LIST} FROM json_to_recordset($1::json) AS given(${ROW_TYPE}),
      set_config('lock_timeout', '${LOCK_LIMIT_MS}', true)
    ORDER BY id COLLATE "C"
    ON CONFLICT (id) DO NOTHING RETURNING id`,
};

/**
 * Inserts records that are probably new: most jobs are recorded by the first write of their id. Those
 * that wait while another statement is on its way share the next one. A batch that the database refused fails as a
 * whole. Then each caller writes by itself, and is refused or waits alone.
 */
export class FreshInserts {
  private readonly loader: DataLoader<StoredRecord, boolean>;
  private underWay: Promise<unknown> = Promise.resolve();

  constructor(private readonly pool: Pool) {
    this.loader = new DataLoader((records) => this.insertBatch(records), {
      cache: false,
      maxBatchSize: BATCH_LIMIT,
      batchScheduleFn: (dispatch) => void this.underWay.then(() => nextTick()).then(dispatch),
    });
  }

  /** False if there is such a record already, or if the batch was refused. Rejects if the database did not answer. */
  insert(record: StoredRecord): Promise<boolean> {
    return this.loader.load(record);
  }

  private async insertBatch(records: readonly StoredRecord[]): Promise<boolean[]> {
    const rows = records.map(toJsonRow);
    const inserted = this.send(rows);
    this.underWay = inserted.catch(() => undefined);
    const ids = await inserted;
    return records.map(({ id }) => ids.has(id));
  }

  private async send(rows: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      const answer = await this.pool.query<{ id: string }>({ ...INSERT, values: [`[${rows.join(',')}]`] });
      return new Set(answer.rows.map(({ id }) => id));
    } catch (error) {
      if (isContended(error) || isLocked(error) || /^2/.test(sqlStateOf(error) ?? '')) return new Set();
      throw error;
    }
  }
}
