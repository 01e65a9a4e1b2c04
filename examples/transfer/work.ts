import { Injectable } from '@nestjs/common';
import { type Work, type WorkJob } from '../../jobs/work';
import { type Effect, type SqlWrite } from '../../results/records';
import { type TRANSFER } from './definition';

/** On SQLite: the accounts are a table of yours in the file that `RESULTS` names. */
@Injectable()
export class Transfer implements Work<typeof TRANSFER> {
  run({ input: { from, to, amount } }: WorkJob<typeof TRANSFER>): Effect<number> {
    const writes: SqlWrite[] = [
      {
        sql: 'UPDATE account SET balance = balance - ? WHERE owner = ? AND balance >= ?',
        values: [amount, from, amount],
        changes: 1,
      },
      { sql: 'UPDATE account SET balance = balance + ? WHERE owner = ?', values: [amount, to], changes: 1 },
    ];
    return { result: amount, writes };
  }
}
