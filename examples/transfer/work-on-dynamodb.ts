import { Inject, Injectable } from '@nestjs/common';
import { type Work, type WorkJob } from '../../jobs/work';
import { type Effect, type ItemWrite } from '../../results/records';
import { type TRANSFER } from './definition';

/** The token under which Nest injects the name of the table of accounts. */
export const ACCOUNTS_TABLE = Symbol('accounts-table');

/** On DynamoDB: the accounts are a table of yours beside the one that `RESULTS` names. */
@Injectable()
export class TransferOnDynamodb implements Work<typeof TRANSFER> {
  constructor(@Inject(ACCOUNTS_TABLE) private readonly table: string) {}

  run({ input: { from, to, amount } }: WorkJob<typeof TRANSFER>): Effect<number> {
    return { result: amount, writes: [this.change(from, -amount), this.change(to, amount)] };
  }

  private change(owner: string, sum: number): ItemWrite {
    return {
      Update: {
        TableName: this.table,
        Key: { owner: { S: owner } },
        UpdateExpression: 'ADD balance :sum',
        ConditionExpression: 'balance >= :least',
        ExpressionAttributeValues: { ':sum': { N: String(sum) }, ':least': { N: String(Math.max(0, -sum)) } },
      },
    };
  }
}
