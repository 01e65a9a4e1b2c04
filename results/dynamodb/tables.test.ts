import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { readEnvironment } from '../../contract/environment';
import { ensureTable } from '../../ops/provision-table';
import { payloadHash } from '../payload-hash';
import { createTableClient } from './client';
import { DynamoRecords } from './dynamodb';
import { FAILED_INDEX, failedShards, type Item } from './items';

const place = readEnvironment();
const client = createTableClient(place);
/** A bare machine has no DynamoDB; `.ci/run` brings one. */
const withDynamo = place.dynamodbEndpoint === undefined ? describe.skip : describe;

let table: string;
let records: DynamoRecords;
const newJob = () => ({ id: randomUUID(), type: 'add-one', input: 1 });

/** As an older version made it. */
const createOld = (): Promise<unknown> =>
  client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
const itemOf = async (id: string): Promise<Item | undefined> =>
  (await client.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true }))).Item;

beforeEach(async () => {
  table = `t-${randomUUID()}`;
  if (place.dynamodbEndpoint === undefined) return;
  await createOld();
  records = await DynamoRecords.open(table, place);
});

afterEach(async () => {
  if (place.dynamodbEndpoint === undefined) return;
  await records.close();
  await client.send(new DeleteTableCommand({ TableName: table }));
});

afterAll(() => {
  client.destroy();
});

withDynamo('a table that an older version made', () => {
  test('has no index: a sentence says what to run, and everything else works', async () => {
    const listing = { state: 'failed', limit: 10 } as const;
    await expect(records.list(listing)).rejects.toThrow(/has no index failed, .*; run `npm run provision`/);
    await records.failJob({ ...newJob(), reason: 'attempts' });
    await records.once(newJob(), { result: 2 });
    await records.check();
  });

  test('gets the index by provisioning, once, however often; what failed by then is in it', async () => {
    const job = newJob();
    await records.failJob({ ...job, reason: 'attempts' });
    await Promise.all([ensureTable(client, table), ensureTable(client, table)]);
    await ensureTable(client, table);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus }) => [IndexName, IndexStatus])).toEqual([
      ['failed', 'ACTIVE'],
    ]);
    const { records: found } = await records.list({ state: 'failed', limit: 10 });
    expect(found).toMatchObject([{ ...job, state: 'failed' }]);
  });

  test.each([
    ['text', (value: number) => ({ S: String(value) })],
    ['a number', (value: number) => ({ N: String(value) })],
  ])('its items hold input and result as %s, and are read and gone on with', async (_, attribute) => {
    const [done, failing] = [newJob(), newJob()];
    const common = {
      version: { S: 'one' },
      updatedAt: { N: '1000' },
      hash: { S: payloadHash(done) },
      input: attribute(1),
    };
    for (const item of [
      { ...common, id: { S: done.id }, state: { S: 'done' }, attempts: { N: '0' }, result: attribute(2.5) },
      { ...common, id: { S: failing.id }, state: { S: 'failing' }, attempts: { N: '3' } },
    ]) {
      await client.send(new PutItemCommand({ TableName: table, Item: item }));
    }
    expect(await records.get(done.id)).toMatchObject({ state: 'done', input: 1, result: 2.5 });
    expect(await records.once(done, { result: 9 })).toEqual({ outcome: 'repeat', result: 2.5 });
    expect(await records.once({ ...done, type: 'resize' }, { result: 9 })).toEqual({ outcome: 'conflict' });
    expect(await records.once(failing, { result: 2 })).toMatchObject({ outcome: 'recorded' });
    expect(await records.get(failing.id)).toMatchObject({ type: 'add-one', state: 'done', input: 1, attempts: 3 });
  });

  test('a number is written as that version reads it', async () => {
    const job = { ...newJob(), input: 1e-320 };
    await records.once(job, { result: -1e300 });
    expect(await itemOf(job.id)).toMatchObject({ input: { S: '1e-320' }, result: { S: '-1e+300' } });
  });
});

withDynamo('the index of what has failed', () => {
  beforeEach(() => ensureTable(client, table));

  test('holds an item while it is failed, and only then', async () => {
    const job = newJob();
    const count = async (): Promise<number> => {
      const found = await Promise.all(
        failedShards(job.type).map((shard) =>
          client.send(
            new QueryCommand({
              TableName: table,
              IndexName: FAILED_INDEX.name,
              KeyConditionExpression: `${FAILED_INDEX.key} = :shard`,
              ExpressionAttributeValues: { ':shard': { S: shard } },
            }),
          ),
        ),
      );
      return found.reduce((sum, { Count = 0 }) => sum + Count, 0);
    };
    await records.failJob({ ...job, reason: 'attempts' });
    expect([await count(), (await itemOf(job.id))?.[FAILED_INDEX.key]?.S]).toEqual([1, expect.any(String)]);
    await records.begin({ id: job.id, messageId: 'again' });
    expect([await count(), (await itemOf(job.id))?.[FAILED_INDEX.key]]).toEqual([0, undefined]);
    await records.failJob({ ...job, reason: 'attempts' });
    await records.once(job, { result: 2 });
    expect([await count(), (await itemOf(job.id))?.[FAILED_INDEX.key]]).toEqual([0, undefined]);
  });

  test('is spread over eight values for a type, within the 32 that are asked for all', () => {
    const all = new Set(failedShards(undefined));
    for (const type of ['add-one', 'resize', 'transfer']) {
      const shards = new Set(failedShards(type));
      expect(shards.size).toBe(8);
      for (const shard of shards) expect(all).toContain(shard);
    }
    expect(all.size).toBe(32);
  });
});

withDynamo('the limit of an item, 400 KiB', () => {
  const text = (bytes: number): string => 'x'.repeat(bytes);

  test('up to it a result is recorded, beside others at the same time', async () => {
    const jobs = Array.from({ length: 30 }, newJob);
    const answers = await Promise.all(
      jobs.map((job, index) => records.once(job, { result: index % 3 === 0 ? text(400_000) : 2 })),
    );
    expect(answers.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(30);
    const found = await records.getMany(jobs.map(({ id }) => id));
    expect(found.filter(({ result }) => result === text(400_000))).toHaveLength(10);
  });

  test('above it: refused for good before the call, in a sentence with the sizes', async () => {
    const job = { ...newJob(), input: text(150_000) };
    const refused = records.once(job, { result: text(300_000) });
    await expect(refused).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    await expect(refused).rejects.toThrow(
      /^The record takes 45\d{4} bytes, its input 150002 and its result 300002 of them, and an item of DynamoDB holds 409600; return less/,
    );
    expect(await records.get(job.id)).toBeUndefined();
  });

  test('a dead letter with an input above it is recorded without that', async () => {
    const job = { ...newJob(), input: text(500_000) };
    await records.failJob({ ...job, reason: 'refused' });
    const record = await records.get(job.id);
    expect(record).toMatchObject({ state: 'failed', reason: 'refused', hash: payloadHash(job) });
    expect(record).not.toHaveProperty('input');
  });
});
