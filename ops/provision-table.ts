import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { createTableClient } from '../results/dynamodb/client';
import { EXPIRY_ATTRIBUTE } from '../results/dynamodb/items';
import { otherKey } from '../results/dynamodb/table-errors';
import { parseResults, type StoreSpec } from '../results/open';

const ACTIVE_WITHIN_SECONDS = 60;

/** The table that `RESULTS` names; a SQLite file is made by whoever opens it first. */
export async function provisionResults(spec: StoreSpec): Promise<void> {
  const { kind, name } = parseResults(spec.results);
  if (kind !== 'dynamodb') return;
  const client = createTableClient(spec);
  try {
    await ensureTable(client, name);
  } finally {
    client.destroy();
  }
}

/** Makes the results table, or sees that the one there will do. Running it again changes nothing that is as it should be. */
export async function ensureTable(client: DynamoDBClient, table: string): Promise<void> {
  const found = await describe(client, table);
  if (found === undefined) await createTable(client, table);
  else checkKey(found, table);
  await waitUntilTableExists({ client, maxWaitTime: ACTIVE_WITHIN_SECONDS, minDelay: 1 }, { TableName: table });
  await ensureExpiry(client, table);
}

async function describe(client: DynamoDBClient, table: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: table }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
  } catch (error) {
    // Another provisioning was faster.
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}

function checkKey(
  { KeySchema: keys = [], AttributeDefinitions: attributes = [] }: TableDescription,
  table: string,
): void {
  const [key] = keys;
  const type = attributes.find(({ AttributeName }) => AttributeName === key?.AttributeName)?.AttributeType;
  if (keys.length === 1 && key?.AttributeName === 'id' && type === 'S') return;
  throw new Error(otherKey(table));
}

async function ensureExpiry(client: DynamoDBClient, table: string): Promise<void> {
  const { TimeToLiveDescription: now } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  if (now?.AttributeName === EXPIRY_ATTRIBUTE) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: table,
      TimeToLiveSpecification: { AttributeName: EXPIRY_ATTRIBUTE, Enabled: true },
    }),
  );
}
