import {
  type AttributeDefinition,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as wait } from 'node:timers/promises';
import { createTableClient } from '../results/dynamodb/client';
import { EXPIRY_ATTRIBUTE, FAILED_INDEX } from '../results/dynamodb/items';
import { otherKey } from '../results/dynamodb/table-errors';
import { isDatabaseUrl, parseResults, postgres, type StoreSpec } from '../results/open';

const ACTIVE_WITHIN_SECONDS = 60;

/** An index of a table that has records already takes minutes to begin, whatever it holds. */
const INDEX_WITHIN_SECONDS = 15 * 60;

const INDEX_ATTRIBUTES: AttributeDefinition[] = [
  { AttributeName: FAILED_INDEX.key, AttributeType: 'S' },
  { AttributeName: FAILED_INDEX.order, AttributeType: 'N' },
];

const INDEX: GlobalSecondaryIndex = {
  IndexName: FAILED_INDEX.name,
  KeySchema: [
    { AttributeName: FAILED_INDEX.key, KeyType: 'HASH' },
    { AttributeName: FAILED_INDEX.order, KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...FAILED_INDEX.holds] },
};

/**
 * The table that `RESULTS` names, or the one in the database that it names; a SQLite file is made by whoever opens it
 * first.
 */
export async function provisionResults(spec: StoreSpec): Promise<void> {
  if (isDatabaseUrl(spec.results)) {
    return postgres().provisionDatabase(spec.results);
  }
  const { kind, name } = parseResults(spec.results);
  if (kind !== 'dynamodb') return;
  const client = createTableClient(spec);
  try {
    await ensureTable(client, name);
  } finally {
    client.destroy();
  }
}

/**
 * Makes the results table, or sees that the one there will do. Running it again changes nothing that is as it should
 * be.
 */
export async function ensureTable(client: DynamoDBClient, table: string): Promise<void> {
  const found = await describe(client, table);
  if (found === undefined) await createTable(client, table);
  else checkKey(found, table);
  await waitUntilTableExists({ client, maxWaitTime: ACTIVE_WITHIN_SECONDS, minDelay: 1 }, { TableName: table });
  await ensureIndex(client, table);
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
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, ...INDEX_ATTRIBUTES],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [INDEX],
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

/**
 * What an older version made has no index; it is filled from the items there are, which takes as long as there are
 * many.
 */
async function ensureIndex(client: DynamoDBClient, table: string): Promise<void> {
  for (let left = INDEX_WITHIN_SECONDS; left > 0; left -= 1) {
    const { GlobalSecondaryIndexes: indexes = [], TableStatus } = (await describe(client, table)) ?? {};
    const status = indexes.find(({ IndexName }) => IndexName === FAILED_INDEX.name)?.IndexStatus;
    if (status === 'ACTIVE' && TableStatus === 'ACTIVE') return;
    if (status === undefined) await createIndex(client, table);
    await wait(1_000);
  }
  throw new Error(
    `The index ${FAILED_INDEX.name} of the table ${table} is still being made, which goes on by itself; jobs can be ` +
      'recorded meanwhile. Run this again to see whether it is there',
  );
}

async function createIndex(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(
      new UpdateTableCommand({
        TableName: table,
        AttributeDefinitions: INDEX_ATTRIBUTES,
        GlobalSecondaryIndexUpdates: [{ Create: INDEX }],
      }),
    );
  } catch (error) {
    if (!isFaster(error)) throw error;
  }
}

/** Another provisioning was faster: the table is being changed, or has the index. */
const isFaster = (error: unknown): boolean =>
  error instanceof ResourceInUseException || (error instanceof Error && /already exists/i.test(error.message));

async function ensureExpiry(client: DynamoDBClient, table: string): Promise<void> {
  if (await hasExpiry(client, table)) return;
  try {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: table,
        TimeToLiveSpecification: { AttributeName: EXPIRY_ATTRIBUTE, Enabled: true },
      }),
    );
  } catch (error) {
    // Another provisioning was faster.
    if (!(await hasExpiry(client, table))) throw error;
  }
}

async function hasExpiry(client: DynamoDBClient, table: string): Promise<boolean> {
  const { TimeToLiveDescription: now } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  return now?.AttributeName === EXPIRY_ATTRIBUTE;
}
