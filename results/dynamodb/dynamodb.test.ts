import { DeleteTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { readEnvironment } from '../../contract/environment';
import { ensureTable } from '../../ops/provision-table';
import { recordsConformance } from '../conformance';
import type { Ledger } from '../conformance/store-under-test';
import { createTableClient } from './client';
import { DynamoRecords } from './dynamodb';

const place = readEnvironment();
const client = createTableClient(place);
afterAll(() => {
  client.destroy();
});

/** A bare machine has no DynamoDB; `.ci/run` brings one. */
const withDynamo = place.dynamodbEndpoint === undefined ? describe.skip : describe;

async function ledgerIn(table: string): Promise<Ledger> {
  await ensureTable(client, table);
  return {
    append: (line) => ({ Put: { TableName: table, Item: { id: { S: randomUUID() }, line: { S: line } } } }),
    refused: () => ({
      ConditionCheck: { TableName: table, Key: { id: { S: 'nowhere' } }, ConditionExpression: 'attribute_exists(id)' },
    }),
    foreign: () => ({ sql: 'INSERT INTO ledger (line) VALUES (?)', values: ['line'] }),
    lines: async () => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return Items.map(({ line }) => line?.S ?? '');
    },
  };
}

withDynamo('with AWS_ENDPOINT_URL_DYNAMODB', () => {
  recordsConformance('DynamoDB', async () => {
    const table = `t-${randomUUID()}`;
    await ensureTable(client, table);
    const opened: DynamoRecords[] = [];
    const open = async (): Promise<DynamoRecords> => {
      const records = await DynamoRecords.open(table, place);
      opened.push(records);
      return records;
    };
    return {
      records: await open(),
      reopen: open,
      expiresByItself: true,
      lists: ['failed'],
      ledger: await ledgerIn(`${table}-ledger`),
      destroy: async () => {
        await Promise.all(opened.map((records) => records.close()));
        for (const name of [table, `${table}-ledger`]) await client.send(new DeleteTableCommand({ TableName: name }));
      },
    };
  });
});
