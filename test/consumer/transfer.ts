import { type Job } from '../../contract/job';
import { type Effect, type ItemWrite, type SqlWrite } from '../../results/records';

/** The tutorial's work: moves the job's input from Ann to Bob, once. Its tables are in the file that `RESULTS` names. */
export function transfer({ input: amount }: Job): Effect {
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

/** The same on DynamoDB, with a table of its own beside the records. */
export function transferItems({ input: amount }: Job): Effect {
  const change = (owner: string, sum: number, condition: string): ItemWrite => ({
    Update: {
      TableName: 'account',
      Key: { owner: { S: owner } },
      UpdateExpression: 'ADD balance :sum',
      ConditionExpression: condition,
      ExpressionAttributeValues: { ':sum': { N: String(sum) }, ...(sum < 0 && { ':least': { N: String(-sum) } }) },
    },
  });
  const writes = [change('ann', -amount, 'balance >= :least'), change('bob', amount, 'attribute_exists(balance)')];
  return { result: amount, writes };
}
