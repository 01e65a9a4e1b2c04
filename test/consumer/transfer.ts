import { type Job } from '../../contract/job';
import { type Effect, type ItemWrite, type SqlWrite } from '../../results/records';

/** The tutorial's work: moves the job's input from Ann to Bob, once. Its tables are in the file that `RESULTS` names. */
export function transfer({ input: amount }: Job<number>): Effect<number> {
  const writes: SqlWrite[] = [
    {
      sql: 'UPDATE account SET balance = balance - ? WHERE owner = ? AND balance >= ?',
      values: [amount, 'ann', amount],
      changes: 1,
    },
    { sql: 'UPDATE account SET balance = balance + ? WHERE owner = ?', values: [amount, 'bob'], changes: 1 },
  ];
  return { result: amount, writes };
}

/** The same on DynamoDB, with a table of your own beside the records. */
export function transferIn(table: string): (job: Job<number>) => Effect<number> {
  const change = (owner: string, sum: number): ItemWrite => ({
    Update: {
      TableName: table,
      Key: { owner: { S: owner } },
      UpdateExpression: 'ADD balance :sum',
      ConditionExpression: 'balance >= :least',
      ExpressionAttributeValues: { ':sum': { N: String(sum) }, ':least': { N: String(Math.max(0, -sum)) } },
    },
  });
  return ({ input: amount }) => ({ result: amount, writes: [change('ann', -amount), change('bob', amount)] });
}
