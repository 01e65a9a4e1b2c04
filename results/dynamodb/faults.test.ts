import { CreateTableCommand, DeleteTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { Job } from '../../contract/job';
import { readEnvironment } from '../../contract/environment';
import { type FaultProxy, startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { type Answer, answerJson } from '../../experiments/rig/proxy/sqs-call';
import { ensureTable } from '../../ops/provision-table';
import { StoreUnavailable, StoreUnusable } from '../errors';
import { keyedJobId } from '../job-id';
import { createTableClient } from './client';
import { DynamoRecords } from './dynamodb';

const place = readEnvironment();
const { dynamodbEndpoint: endpoint } = place;
const client = createTableClient(place);
afterAll(() => {
  client.destroy();
});
/** A bare machine has no DynamoDB; `.ci/run` brings one. */
const withDynamo = endpoint === undefined ? describe.skip : describe;

const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });
const refused = (type: string, message = 'as the test wants') =>
  answerJson({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }, 400);

/** Carries a batch out, and reports some of its entries as throttled. */
const throttling = (some: (index: number) => boolean) => ({
  answer: async (forward: () => Promise<Answer>) => {
    const { Responses } = JSON.parse((await forward()).body) as { Responses: object[] };
    const altered = Responses.map((one, index) => (some(index) ? SLOW : one));
    return answerJson({ Responses: altered });
  },
});
const SLOW = { Error: { Code: 'ThrottlingError', Message: 'slow' } };

let proxy: FaultProxy;
let table: string;
let records: DynamoRecords;
const opened: DynamoRecords[] = [];

async function open(name = table): Promise<DynamoRecords> {
  const one = await DynamoRecords.open(name, { ...place, dynamodbEndpoint: proxy.endpoint });
  opened.push(one);
  return one;
}

beforeEach(async () => {
  proxy = await startFaultProxy(endpoint ?? '');
  table = `t-${randomUUID()}`;
  await ensureTable(client, table);
  records = await open();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await proxy.close();
  await client.send(new DeleteTableCommand({ TableName: table }));
});
const calls = (): number =>
  ['BatchExecuteStatement', 'GetItem', 'PutItem', 'BatchGetItem', 'TransactWriteItems'].reduce(
    (sum, action) => sum + proxy.count(action),
    0,
  );

withDynamo('faults of single calls', () => {
  test('2,000 fresh jobs, 100 at once: at most 0.1 calls a job', async () => {
    const before = calls();
    const left = Array.from({ length: 2_000 }, newJob);
    const worker = async (): Promise<void> => {
      for (let job = left.pop(); job !== undefined; job = left.pop()) {
        expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
      }
    };
    await Promise.all(Array.from({ length: 100 }, worker));
    expect((calls() - before) / 2_000).toBeLessThanOrEqual(0.1);
  });

  /** Refused as a busy table does: nothing of it is carried out. */
  const busy = ({ body }: { readonly body: { readonly Statements?: readonly unknown[] } }) => ({
    answer: () => Promise.resolve(answerJson({ Responses: (body.Statements ?? []).map(() => SLOW) })),
  });

  test('100 inserts that are throttled twice: asked again together after a pause, by no call of their own', async () => {
    proxy.rule('BatchExecuteStatement', (call) => (call.nth <= 8 ? busy(call) : 'pass'));
    const before = performance.now();
    const answers = await Promise.all(Array.from({ length: 100 }, () => records.once(newJob(), { result: 2 })));
    expect(answers.every(({ outcome }) => outcome === 'recorded')).toBe(true);
    expect(['BatchExecuteStatement', 'GetItem', 'PutItem'].map((action) => proxy.count(action))).toEqual([12, 1, 0]);
    expect(performance.now() - before).toBeGreaterThan(25);
  });

  test('inserts that are throttled to the last: unavailable, and written by no other way', async () => {
    proxy.rule('BatchExecuteStatement', busy);
    const answers = await Promise.allSettled(Array.from({ length: 25 }, () => records.once(newJob(), { result: 2 })));
    for (const answer of answers) expect(answer).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE' } });
    expect(['BatchExecuteStatement', 'GetItem', 'PutItem'].map((action) => proxy.count(action))).toEqual([6, 1, 0]);
  });

  test('a job with a key takes three writes and two reads', async () => {
    const job = { id: keyedJobId('caller', randomUUID()), type: 'add-one', input: 1 };
    expect(await records.claim(job)).toBe('fresh');
    await records.accept(job.id);
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
    const counts = ['PutItem', 'GetItem', 'BatchExecuteStatement'].map((action) => proxy.count(action));
    // The first read is the one at the opening.
    expect(counts).toEqual([3, 1 + 2, 0]);
  });

  test('doubles of one id in one batch: one is recorded, and its neighbours are', async () => {
    const job = newJob();
    const jobs = [job, newJob(), job, newJob(), job];
    const answers = await Promise.all(jobs.map((one) => records.once(one, { result: 2 })));
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      'recorded',
      'recorded',
      'recorded',
      'repeat',
      'repeat',
    ]);
  });

  test('a batch that fails in part: each entry is written anyway, once', async () => {
    // Carried out, and reported as throttled: the worst of both.
    proxy.rule('BatchExecuteStatement', ({ nth }) => (nth === 1 ? throttling((index) => index % 2 === 0) : 'pass'));
    const jobs = Array.from({ length: 10 }, newJob);
    const answers = await Promise.all(jobs.map((job) => records.once(job, { result: 2 })));
    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set([2]));
    expect(await records.getMany(jobs.map(({ id }) => id))).toHaveLength(10);
  });

  test.each(['BatchExecuteStatement', 'PutItem', 'TransactWriteItems'])(
    'the answer to %s is lost: the SDK tries again, one attempt and one effect',
    async (action) => {
      proxy.rule(action, ({ nth }) => (nth === 1 ? 'reset' : 'pass'));
      const job = newJob();
      if (action === 'PutItem') {
        expect(await records.failRun({ id: job.id, error: 'boom' })).toEqual({
          attempts: 1,
          begun: 0,
          state: 'failing',
        });
        return;
      }
      const ledger = `${table}-ledger`;
      await ensureTable(client, ledger);
      const Item = { id: { S: randomUUID() } };
      const writes = action === 'TransactWriteItems' ? [{ Put: { TableName: ledger, Item } }] : [];
      expect(await records.once(job, { result: 2, writes })).toMatchObject({ result: 2 });
      const { Count } = await client.send(new ScanCommand({ TableName: ledger }));
      expect(Count).toBe(writes.length);
      await client.send(new DeleteTableCommand({ TableName: ledger }));
    },
  );

  test("transactions in each other's way: both are carried out", async () => {
    proxy.rule('TransactWriteItems', ({ nth }) => {
      if (nth > 2) return 'pass';
      const reasons = [{ Code: 'None' }, { Code: 'TransactionConflict' }];
      const body = {
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        CancellationReasons: reasons,
      };
      return { answer: () => Promise.resolve(answerJson({ ...body, Message: 'conflict' }, 400)) };
    });
    const writes = [{ Put: { TableName: table, Item: { id: { S: 'account' } } } }];
    expect(await records.once(newJob(), { result: 2, writes })).toMatchObject({ outcome: 'recorded' });
    expect(proxy.count('TransactWriteItems')).toBe(3);
  });
});

withDynamo('a table that is unavailable, or not as it should be', () => {
  const AWAY = ['drop', 'unavailable', 'throttle', 'blackhole'] as const;
  test.each(AWAY)('%s: unavailable, nothing acknowledged, and well again', async (verdict) => {
    proxy.rule('*', verdict);
    const job = newJob();
    await expect(records.once(job, { result: 2 })).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(records.check()).rejects.toThrow(/did not answer, or not in time .*; try again/);
    const late = await open();
    proxy.clear();
    expect(await late.get(job.id)).toBeUndefined();
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
  });

  test.each([
    [
      'AccessDeniedException',
      /There is no permission for the table .* \(AccessDeniedException\); allow this process GetItem, BatchGetItem, PutItem, PartiQLInsert and Query on it/,
    ],
    ['ResourceNotFoundException', /does not exist in this account and region; run `npm run provision`/],
  ])('%s: one sentence, at start and later', async (type, sentence) => {
    proxy.rule('*', { answer: () => Promise.resolve(refused(type)) });
    await expect(open()).rejects.toThrow(sentence);
    await expect(open()).rejects.toBeInstanceOf(StoreUnusable);
    const write = records.once(newJob(), { result: 2 });
    await expect(write).rejects.toThrow(sentence);
    await expect(write).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('a table that is not there, and one with another key', async () => {
    await expect(open('nowhere')).rejects.toThrow(/The table nowhere does not exist/);
    const other = `t-${randomUUID()}`;
    await client.send(
      new CreateTableCommand({
        TableName: other,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
      }),
    );
    await expect(open(other)).rejects.toThrow(/has another key than the string `id`; name another in RESULTS/);
    await expect(ensureTable(client, other)).rejects.toThrow(/has another key than the string `id`/);
    await client.send(new DeleteTableCommand({ TableName: other }));
  });

  test('an item that somebody else wrote: a sentence, not a guess', async () => {
    const { id } = newJob();
    await records.once(newJob(), { result: 2, writes: [{ Put: { TableName: table, Item: { id: { S: id } } } }] });
    await expect(records.get(id)).rejects.toThrow(/holds an item that is no record; remove it/);
  });

  test('the table is provisioned once, however often; items expire by themselves', async () => {
    await Promise.all([ensureTable(client, table), ensureTable(client, table)]);
    const job = newJob();
    await records.once(job, { result: 2 });
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    const seconds = Number(Items[0]?.['expiresAt']?.N) - Date.now() / 1_000;
    expect(Math.round(seconds / 86_400)).toBe(19);
  });
});
