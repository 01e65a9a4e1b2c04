import { Injectable } from '@nestjs/common';
import { type PoolClient } from 'pg';
import { type Work, type WorkJob } from '../../jobs/work';
import { type Effect } from '../../results/records';
import { type TRANSFER } from './definition';

/** On PostgreSQL: tables of yours in the database that `RESULTS` names, by any library that takes a client of `pg`. */
@Injectable()
export class TransferOnPostgres implements Work<typeof TRANSFER> {
  run({ input: { from, to, amount } }: WorkJob<typeof TRANSFER>): Effect<number> {
    return {
      result: amount,
      transaction: async (client) => {
        await change(client, from, -amount);
        await change(client, to, amount);
      },
    };
  }
}

async function change(client: PoolClient, owner: string, sum: number): Promise<void> {
  const sql = 'UPDATE account SET balance = balance + $1 WHERE owner = $2 AND balance + $1 >= 0';
  const { rowCount } = await client.query(sql, [sum, owner]);
  if (rowCount !== 1) throw new Error(`${owner} has no account, or not enough on it`);
}
