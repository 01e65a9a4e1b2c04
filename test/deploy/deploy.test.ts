import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { synthesize } from '../../infra/synthesis';
import { type App, endApps, runApp } from '../harness/processes';
import { eventually } from '../harness/eventually';
import { Cloud, type Credentials, REGION } from './cloud';
import { deployable } from './deployable';
import { type Account, startAccount, withMiniStack } from './ministack';

type Role = 'Producer' | 'Consumer';

/** What a deployed function has: its variables, its rights, and clients with these. */
interface Deployed {
  readonly variables: Readonly<Record<string, string>>;
  readonly credentials: Required<Credentials>;
  readonly sqs: SQSClient;
  readonly table: DynamoDBClient;
}

withMiniStack('both stacks, deployed where IAM is enforced', () => {
  let account: Account;
  let cloud: Cloud;
  let roles: Readonly<Record<Role, Deployed>>;
  let url: string;
  const clients: (SQSClient | DynamoDBClient)[] = [];

  const kept = <T extends SQSClient | DynamoDBClient>(client: T): T => {
    clients.push(client);
    return client;
  };
  const owner = (endpoint = account.endpoint): SQSClient => kept(new SQSClient({ ...cloud.as(), endpoint }));

  async function deployed(role: Role): Promise<Deployed> {
    const variables = await cloud.variables(await cloud.resource('compute', 'AWS::Lambda::Function', role));
    const credentials = await cloud.assume(await cloud.resource('compute', 'AWS::IAM::Role', role));
    const sqs = kept(new SQSClient({ ...cloud.as(credentials), maxAttempts: 1 }));
    const table = kept(new DynamoDBClient({ ...cloud.as(credentials), maxAttempts: 1 }));
    return { variables, credentials, sqs, table };
  }

  /** As its function is started, but polling, on free ports, and without an adapter that says who calls. */
  async function run(script: string, { variables, credentials }: Deployed, port: string): Promise<App> {
    const app = runApp(script, {
      env: {
        ...{ ...variables, CALLER_FROM: undefined },
        ...{ AWS_REGION: REGION, AWS_ENDPOINT_URL: account.endpoint, [port]: String(await freePort()) },
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      },
    });
    await app.line(/Listening on/, 30_000);
    return app;
  }

  beforeAll(async () => {
    account = await startAccount();
    cloud = new Cloud(account.endpoint);
    const { messaging, compute } = synthesize();
    await cloud.deploy('messaging', deployable(messaging));
    await cloud.deploy('compute', deployable(compute));
    roles = { Producer: await deployed('Producer'), Consumer: await deployed('Consumer') };
    const app = await run('dist/producer/main.js', roles.Producer, 'PORT');
    url = /http:\/\/\S+\d/.exec(await app.line(/Listening on/))?.[0] ?? '';
    await run('dist/consumer/main.js', roles.Consumer, 'CONSUMER_PORT');
  });
  afterAll(async () => {
    await endApps();
    for (const client of clients) client.destroy();
    await account.stop();
  });

  const post = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/produce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const idOf = async (answer: Response): Promise<string> => ((await answer.json()) as { id: string }).id;
  const result = async (id: string): Promise<unknown> => {
    const answer = await fetch(`${url}/results/${id}`);
    return answer.status === 200 ? answer.json() : false;
  };

  it('makes the queue as the template says', async () => {
    const { Attributes } = await QUEUE_CALLS.read(owner(), roles.Consumer.variables['QUEUE_URL']);
    expect(Attributes).toMatchObject({ VisibilityTimeout: '540', MessageRetentionPeriod: '345600' });
    expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '')).toMatchObject({ maxReceiveCount: 480 });
  });

  it('does a job', async () => {
    const answer = await post({ input: 1 });
    expect(answer.status).toBe(202);
    const id = await idOf(answer);
    expect(await eventually(() => result(id), { withinMs: 30_000 })).toMatchObject({ status: 'done', result: 2 });
  });

  it('does a job with a key once, however often it is asked for', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const id = await idOf(await post({ input: 41 }, key));
    expect(await eventually(() => result(id), { withinMs: 30_000 })).toMatchObject({ status: 'done', result: 42 });
    const again = await post({ input: 41 }, key);
    expect([again.status, await idOf(again)]).toEqual([202, id]);
  });

  it('moves to the dead-letter queue what is no job, with the reason', async () => {
    const { QUEUE_URL, DLQ_URL } = roles.Consumer.variables;
    await owner().send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: 'garbage' }));
    const receive = new ReceiveMessageCommand({ QueueUrl: DLQ_URL, MessageAttributeNames: ['All'] });
    const letter = await eventually(async () => (await owner().send(receive)).Messages?.[0] ?? false, {
      withinMs: 30_000,
    });
    expect(letter.Body).toBe('garbage');
    expect(letter.MessageAttributes?.['dead-letter']?.StringValue).toContain('"reason":"malformed"');
  });

  it.each<[Role, 'QUEUE_URL' | 'DLQ_URL', (keyof typeof QUEUE_CALLS)[]]>([
    ['Producer', 'QUEUE_URL', ['receive', 'delete', 'purge', 'change']],
    ['Producer', 'DLQ_URL', ['read', 'receive', 'send', 'delete', 'purge', 'change']],
    ['Consumer', 'QUEUE_URL', ['send', 'purge', 'change']],
    ['Consumer', 'DLQ_URL', ['read', 'receive', 'delete', 'purge', 'change']],
  ])('the %s may not, at %s: %j', async (role, name, calls) => {
    const { sqs } = roles[role];
    const { [name]: queueUrl } = roles.Consumer.variables;
    for (const call of calls) await expect(QUEUE_CALLS[call](sqs, queueUrl)).rejects.toMatchObject(DENIED);
    await expect(QUEUE_CALLS.read(sqs, roles.Consumer.variables['QUEUE_URL'])).resolves.toBeDefined();
  });

  it.each<Role>(['Producer', 'Consumer'])('the %s may read a record, and not scan, delete or update', async (role) => {
    const { table, variables } = roles[role];
    const place = { TableName: variables['RESULTS']?.slice('dynamodb:'.length), Key: { id: { S: 'none' } } };
    await expect(table.send(new GetItemCommand(place))).resolves.toBeDefined();
    await expect(table.send(new ScanCommand(place))).rejects.toMatchObject(DENIED);
    await expect(table.send(new DeleteItemCommand(place))).rejects.toMatchObject(DENIED);
    const update = new UpdateItemCommand({ ...place, UpdateExpression: 'REMOVE input' });
    await expect(table.send(update)).rejects.toMatchObject(DENIED);
  });

  it('takes nothing without TLS, not even from the account itself', async () => {
    const { QUEUE_URL } = roles.Producer.variables;
    await expect(QUEUE_CALLS.send(owner(account.plainEndpoint), QUEUE_URL)).rejects.toMatchObject(DENIED);
  });

  it('of Fargate can be deployed as well', async () => {
    const { compute } = synthesize({ producer: 'fargate', consumer: 'fargate' });
    await cloud.deploy('fargate', deployable(compute));
    expect(await cloud.resource('fargate', 'AWS::ECS::Service', 'Consumer')).toContain('Consumer');
  });
});

const DENIED = { name: expect.stringMatching(/^AccessDenied/) };

const QUEUE_CALLS = {
  read: (sqs: SQSClient, QueueUrl: string | undefined) =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
  receive: (sqs: SQSClient, QueueUrl: string | undefined) => sqs.send(new ReceiveMessageCommand({ QueueUrl })),
  send: (sqs: SQSClient, QueueUrl: string | undefined) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' })),
  delete: (sqs: SQSClient, QueueUrl: string | undefined) =>
    sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'none' })),
  purge: (sqs: SQSClient, QueueUrl: string | undefined) => sqs.send(new PurgeQueueCommand({ QueueUrl })),
  change: (sqs: SQSClient, QueueUrl: string | undefined) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } })),
} as const;
