import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Context } from '../../infra/option-reader';
import { synthesize } from '../../infra/synthesis';
import { Cloud } from './cloud';
import { deployable } from './deployable';
import { type Account, startAccount, withMiniStack } from './ministack';

withMiniStack('two stages in one account', () => {
  let account: Account;
  let cloud: Cloud;
  let sqs: SQSClient;
  beforeAll(async () => {
    account = await startAccount();
    cloud = new Cloud(account.endpoint);
    sqs = new SQSClient(cloud.as());
  });
  afterAll(async () => {
    sqs.destroy();
    await account.stop();
  });

  async function variables(context: Context): Promise<Record<string, string>> {
    const { messaging, compute } = synthesize(context);
    const names = ['messaging', 'compute'].map((stack) => `${String(context['stage'])}-${stack}`) as [string, string];
    await cloud.deploy(names[0], deployable(messaging));
    await cloud.deploy(names[1], deployable(compute));
    return cloud.variables(await cloud.resource(names[1], 'AWS::Lambda::Function', 'Consumer'));
  }

  it('have queues and tables of their own', async () => {
    const first = await variables({ stage: 'prod' });
    const second = await variables({
      ...{ stage: 'pr-42', keepData: false, tags: { team: 'jobs' } },
      ...{ corsOrigins: 'https://app.example.com', consumerMemory: 1_769, producerReserved: 5, consumerReserved: 50 },
    });
    for (const name of ['QUEUE_URL', 'DLQ_URL', 'RESULTS']) expect(second[name]).not.toBe(first[name]);
    for (const { QUEUE_URL, DLQ_URL } of [first, second]) {
      const read = new GetQueueAttributesCommand({ QueueUrl: QUEUE_URL, AttributeNames: ['All'] });
      const { Attributes } = await sqs.send(read);
      expect(Attributes?.['RedrivePolicy']).toContain(`${DLQ_URL?.split('/').pop() ?? '?'}"`);
    }
  });

  it('work on a queue and a table that exist, by their ARNs', async () => {
    const first = await variables({ stage: 'owner' });
    const arn = (service: string, name: string): string => `arn:aws:${service}:ap-northeast-2:000000000000:${name}`;
    const second = await variables({
      stage: 'guest',
      queue: arn('sqs', 'plusone-owner-jobs'),
      deadLetterQueue: arn('sqs', 'plusone-owner-jobs-dlq'),
      table: arn('dynamodb', `table/${first['RESULTS']?.slice('dynamodb:'.length) ?? '?'}`),
    });
    expect(second['RESULTS']).toBe(first['RESULTS']);
    for (const name of ['QUEUE_URL', 'DLQ_URL'] as const)
      expect(second[name]?.split('/').pop()).toBe(first[name]?.split('/').pop());
  });
});
