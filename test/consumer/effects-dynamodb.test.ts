import { CreateTableCommand, DeleteTableCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { readEnvironment } from '../../contract/environment';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { ensureTable } from '../../ops/provision-table';
import { createTableClient } from '../../results/dynamodb/client';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps, type ConsumerApp } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { sendTransfer } from '../harness/transfers';
import { TRANSFER } from '../../examples/transfer/definition';
import { ACCOUNTS_TABLE, TransferOnDynamodb } from '../../examples/transfer/work-on-dynamodb';
import { WORKS } from '../../jobs/works';
import { workOf } from '../../jobs/work';

const place = readEnvironment();
const dynamodb = place.dynamodbEndpoint ?? '';
const client = createTableClient(place);
const broker = withBroker();
let records: string;
let accounts: string;
let queues: TestQueues;
let consumer: ConsumerApp;

async function openAccount(owner: string, balance: number): Promise<void> {
  const Item = { owner: { S: owner }, balance: { N: String(balance) } };
  await client.send(new PutItemCommand({ TableName: accounts, Item }));
}

async function start(endpoint = dynamodb): Promise<void> {
  queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } });
  const variables = { RESULTS: `dynamodb:${records}`, AWS_ENDPOINT_URL_DYNAMODB: endpoint };
  const providers = [{ provide: ACCOUNTS_TABLE, useValue: accounts }];
  const works = [...WORKS, workOf(TRANSFER, TransferOnDynamodb, { providers })];
  consumer = await startConsumerApp(queues, variables, { works });
}

beforeEach(async () => {
  records = `t-${randomUUID()}`;
  accounts = `${records}-accounts`;
  await ensureTable(client, records);
  await client.send(
    new CreateTableCommand({
      TableName: accounts,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'owner', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
    }),
  );
  await Promise.all([openAccount('ann', 100), openAccount('bob', 0)]);
});
afterEach(async () => {
  await stopConsumerApps();
  for (const TableName of [records, accounts]) await client.send(new DeleteTableCommand({ TableName }));
});
afterAll(() => {
  client.destroy();
});

const send = (id: string, amount: number): Promise<string> => sendTransfer({ broker: broker(), queues }, id, amount);
const drained = (): Promise<true> => eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });

async function balances(): Promise<unknown> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: accounts, ConsistentRead: true }));
  return Object.fromEntries(Items.map(({ owner, balance }) => [owner?.S ?? '', Number(balance?.N)]));
}

// A bare machine has no DynamoDB; `.ci/run` brings one.
(dynamodb === '' ? describe.skip : describe)('with AWS_ENDPOINT_URL_DYNAMODB', () => {
  it('moves the money once, and not at all where the balance is too low', async () => {
    await start();
    const [paid, refused] = [randomUUID(), randomUUID()];
    await Promise.all(Array.from({ length: 5 }, () => send(paid, 30)));
    await send(refused, 130);
    const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl, { withinMs: 60_000 });
    const error: unknown = expect.stringMatching(/EffectRefused: Write 1 .*ConditionalCheckFailed/);
    expect(whyOf(letter ?? {})).toMatchObject({ reason: 'attempts', attempts: 5, jobId: refused, error });
    await drained();
    expect(await balances()).toEqual({ ann: 70, bob: 30 });
    expect(await consumer.records.getMany([paid, refused])).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: paid, state: 'done', attempts: 0 }),
        expect.objectContaining({ id: refused, state: 'failed', attempts: 5 }),
      ]),
    );
  }, 90_000);

  it('takes no jobs in while DynamoDB is unavailable, and does all of them once afterwards', async () => {
    const proxy = await startFaultProxy(dynamodb);
    await start(proxy.endpoint);
    const receives: number[] = [];
    consumer.transport.onSettled(({ delivery }) => receives.push(delivery.receiveCount));
    await eventually(async () => (await fetch(`${consumer.url}/health/ready`)).status === 200);
    await proxy.refuse();
    await send(randomUUID(), 1);
    await eventually(() => consumer.transport.status().pauses.includes('store'), { withinMs: 20_000 });
    await Promise.all(Array.from({ length: 8 }, () => send(randomUUID(), 1)));
    // Several leases long.
    const until = Date.now() + 6_000;
    await eventually(() => Date.now() > until);
    expect(consumer.transport.status().pauses).toEqual(['store']);
    expect((await fetch(`${consumer.url}/health/ready`)).status).toBe(503);
    await proxy.accept();
    await drained();
    expect(await balances()).toEqual({ ann: 91, bob: 9 });
    // The poll on its way brought one or some, which were given back.
    expect(receives).toHaveLength(9);
    expect(Math.max(...receives)).toBeLessThanOrEqual(2);
    await proxy.close();
  }, 90_000);
});
