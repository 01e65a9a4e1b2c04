import { Injectable } from '@nestjs/common';
import { and, eq, gte, sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { type Work, type WorkJob } from '../../jobs/work';
import { type Effect } from '../../results/records';
import { type TRANSFER } from './definition';

const account = pgTable('account', { owner: text().primaryKey(), balance: integer().notNull() });

/** The same by a query builder, which is given the client of the record's transaction. */
@Injectable()
export class TransferWithDrizzle implements Work<typeof TRANSFER> {
  run({ input: { from, to, amount } }: WorkJob<typeof TRANSFER>): Effect<number> {
    return {
      result: amount,
      transaction: async (client) => {
        const database = drizzle({ client });
        await change(database, from, -amount);
        await change(database, to, amount);
      },
    };
  }
}

async function change(database: NodePgDatabase, owner: string, sum: number): Promise<void> {
  const balance = sql<number>`${account.balance} + ${sum}`;
  const isTheirs = and(eq(account.owner, owner), gte(balance, 0));
  const { rowCount } = await database.update(account).set({ balance }).where(isTheirs);
  if (rowCount !== 1) throw new Error(`${owner} has no account, or not enough on it`);
}
