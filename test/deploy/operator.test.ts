import {
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { randomUUID } from 'node:crypto';
import { synthesize } from '../../infra/synthesis';
import { endApps, runApp } from '../harness/processes';
import { Cloud, type Credentials, REGION } from './cloud';
import { deployable } from './deployable';
import { type Account, startAccount, withMiniStack } from './ministack';

withMiniStack('an operator with the policy of the stack, where IAM is enforced', () => {
  let account: Account;
  let cloud: Cloud;
  let people: Required<Credentials>;
  let variables: Readonly<Record<string, string>>;
  let clients: { readonly owner: SQSClient; readonly sqs: SQSClient; readonly lambda: LambdaClient };

  beforeAll(async () => {
    account = await startAccount();
    cloud = new Cloud(account.endpoint);
    const { messaging, compute } = synthesize();
    await cloud.deploy('messaging', deployable(messaging));
    await cloud.deploy('compute', deployable(compute));
    people = await cloud.assume(await cloud.roleWith(await cloud.resource('compute', 'AWS::IAM::ManagedPolicy', 'Op')));
    const consumer = await cloud.variables(await cloud.resource('compute', 'AWS::Lambda::Function', 'Consumer'));
    const { QUEUE_URL = '', DLQ_URL = '', RESULTS = '' } = consumer;
    variables = {
      ...{ QUEUE_URL, DLQ_URL, RESULTS, AWS_REGION: REGION },
      ...{ AWS_ENDPOINT_URL: account.endpoint, AWS_ENDPOINT_URL_LAMBDA: account.endpoint },
      AWS_ACCESS_KEY_ID: people.accessKeyId,
      AWS_SECRET_ACCESS_KEY: people.secretAccessKey,
      AWS_SESSION_TOKEN: people.sessionToken,
    };
    clients = {
      owner: new SQSClient(cloud.as()),
      sqs: new SQSClient({ ...cloud.as(people), maxAttempts: 1 }),
      lambda: new LambdaClient(cloud.as()),
    };
  });
  afterAll(async () => {
    await endApps();
    for (const client of Object.values(clients)) client.destroy();
    await account.stop();
  });

  /** As SQS itself moves one. */
  async function deadLetter(): Promise<string> {
    const id = randomUUID();
    const MessageBody = JSON.stringify({ id, input: 1 });
    await clients.owner.send(new SendMessageCommand({ QueueUrl: variables['DLQ_URL'], MessageBody }));
    return id;
  }

  async function run(...args: string[]): Promise<readonly string[]> {
    const app = runApp('dist/ops/cli/jobs.js', { args, env: variables });
    expect({ args, ...(await app.exit(60_000)), lines: app.lines }).toMatchObject({ code: 0 });
    return app.lines;
  }

  it('may run every command that looks', async () => {
    const id = await deadLetter();
    expect((await run('status')).join('\n')).toMatch(/plusone-dev-jobs +0 +0 +0/);
    expect((await run('failed', '--group')).join('\n')).toContain('redriven');
    expect((await run('failed', '--json')).join('\n')).toContain(id);
    expect((await run('show', id)).join('\n')).toContain('dead letter');
    expect((await run('export')).join('\n')).toContain(id);
    await run('list');
  });

  it('may run every command that changes', async () => {
    const [one, two] = [await deadLetter(), await deadLetter()];
    expect(await run('retry', one, '--yes')).toEqual(['1 sent again']);
    expect(await run('delete', two, '--yes')).toEqual(['1 deleted']);
    expect(await run('list', '--json')).toEqual([expect.stringContaining(two)]);
    await run('send', 'add-one', '41');
    await run('purge', '--queue', 'plusone-dev-jobs-dlq');
  });

  it('may pause and resume what hands the queue to the function', async () => {
    const { lambda } = clients;
    const [found] = (await lambda.send(new ListEventSourceMappingsCommand())).EventSourceMappings ?? [];
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: found?.UUID, Enabled: true }));
    const state = async (): Promise<unknown> =>
      (await lambda.send(new ListEventSourceMappingsCommand())).EventSourceMappings?.[0]?.State;
    expect((await run('pause', '--why', 'a test')).join('\n')).toMatch(/event source of the function .+ is Disabled/);
    expect(await state()).toBe('Disabled');
    expect((await run('status')).join('\n')).toMatch(/paused by .+: a test/);
    await run('resume');
    expect(await state()).toBe('Enabled');
  });

  it.each([
    ['receive from the queue', 'QUEUE_URL', ReceiveMessageCommand],
    ['purge the queue', 'QUEUE_URL', PurgeQueueCommand],
    ['purge the dead letters at once', 'DLQ_URL', PurgeQueueCommand],
  ])('may not %s', async (_, name, Command) => {
    const { [name]: QueueUrl } = variables;
    await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    await expect(clients.sqs.send(new Command({ QueueUrl }))).rejects.toThrow(/not authorized|AccessDenied/i);
  });
});
