import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { readEnvironment } from '../../contract/environment';
import { type FaultProxy, startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { ensureTable } from '../../ops/provision-table';
import { createTableClient } from '../../results/dynamodb/client';
import { newJobId } from '../../results/job-id';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { openRaw } from './raw';
import { startProducer, type TestProducer } from './test-producer';

jest.setTimeout(60_000);

/** Reads that one `Prefer: wait=20` may cost. */
const MAX_READS = 30;

const place = readEnvironment();
const client = createTableClient(place);
const broker = withBroker();
let table: string;
let proxy: FaultProxy;
let producer: TestProducer;
/** Ids as they were read, one for each unit that AWS would bill. */
let reads: string[];

interface Keys {
  readonly Keys: readonly { readonly id: { readonly S: string } }[];
}

beforeEach(async () => {
  table = `t-${randomUUID()}`;
  await ensureTable(client, table);
  proxy = await startFaultProxy(place.dynamodbEndpoint ?? '');
  reads = [];
  proxy.rule('GetItem', ({ body }) => {
    reads.push((body['Key'] as { id: { S: string } }).id.S);
    return 'pass';
  });
  proxy.rule('BatchGetItem', ({ body }) => {
    for (const { Keys } of Object.values(body['RequestItems'] as Record<string, Keys>))
      reads.push(...Keys.map(({ id }) => id.S));
    return 'pass';
  });
  producer = await startProducer(broker(), {
    environment: {
      results: `dynamodb:${table}`,
      dynamodbEndpoint: proxy.endpoint,
      dynamodbRegion: place.dynamodbRegion,
    },
  });
});
afterEach(async () => {
  await producer.close();
  await proxy.close();
  await client.send(new DeleteTableCommand({ TableName: table }));
});
afterAll(() => {
  client.destroy();
});

const readsOf = (id: string): number => reads.filter((read) => read === id).length;
const waitFor = (id: string, seconds: number): Promise<Response> =>
  producer.get(`/results/${id}`, { prefer: `wait=${seconds}` });

(place.dynamodbEndpoint === undefined ? describe.skip : describe)('a wait on DynamoDB', () => {
  test('that is up after 20 s costs up to 30 reads, and so does each of ten at once', async () => {
    const ids = Array.from({ length: 10 }, newJobId);
    const answers = await Promise.all(ids.map((id) => waitFor(id, 20)));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 202));
    for (const id of ids) {
      expect(readsOf(id)).toBeGreaterThan(5);
      expect(readsOf(id)).toBeLessThanOrEqual(MAX_READS);
    }
    process.stdout.write(`reads of each wait: ${ids.map(readsOf).join(', ')}\n`);
  });

  test('whose client has gone costs none any more', async () => {
    const [gone, here] = [newJobId(), newJobId()];
    const leaving = await openRaw(producer.port);
    leaving.send(`GET /results/${gone} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=20\r\n\r\n`);
    const answer = waitFor(here, 6);
    await eventually(() => producer.waits === 2 && readsOf(gone) > 2);
    leaving.end();
    await eventually(() => producer.waits === 1);
    const [before, others] = [readsOf(gone), readsOf(here)];
    expect((await answer).status).toBe(202);
    expect(readsOf(here)).toBeGreaterThan(others);
    expect(readsOf(gone)).toBe(before);
  });
});
