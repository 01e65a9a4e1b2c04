import { App, Stack } from 'aws-cdk-lib';
import 'aws-cdk-lib/testhelpers/jest-autoclean';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CDK_CONTEXT } from '../cdk-context';
import { JobQueue, type JobQueueProps } from '../job-queue';

const KEY = 'arn:aws:kms:ap-northeast-2:111122223333:key/6b1f7d3e-0000-4000-8000-000000000000';

const PROPS: JobQueueProps = {
  stage: 'dev',
  keepData: false,
  fifo: false,
  delaySeconds: 0,
  visibilityTimeoutSeconds: 540,
  maxReceiveCount: 480,
  queueRetentionSeconds: 345_600,
  deadLetterRetentionSeconds: 1_209_600,
  encryption: { kind: 'sqs', keyArn: undefined },
  extensions: {},
};

function templateOf(props: Partial<JobQueueProps> = {}): Template {
  const stack = new Stack(new App({ context: CDK_CONTEXT }), 'Test', { env: { region: 'ap-northeast-2' } });
  new JobQueue(stack, 'Jobs', { ...PROPS, ...props });
  return Template.fromStack(stack);
}

const named = (template: Template, QueueName: string): Record<string, unknown> => {
  const found = Object.values(template.findResources('AWS::SQS::Queue', { Properties: { QueueName } }));
  expect(found).toHaveLength(1);
  return found[0] ?? {};
};

describe('the job queue', () => {
  it('refuses what does not come by TLS, on both queues', () => {
    const template = templateOf();
    const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
    expect(policies.flatMap<unknown>(({ Properties }) => Properties['Queues'])).toHaveLength(2);
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Action: 'sqs:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            Resource: Match.anyValue(),
          },
        ],
      },
    });
  });

  it('lets only itself redrive to its dead-letter queue', () => {
    const [name, arn] = ['plusone-dev-jobs', Match.objectLike({ 'Fn::Join': Match.anyValue() })];
    const template = templateOf();
    template.hasResourceProperties('AWS::SQS::Queue', {
      QueueName: 'plusone-dev-jobs-dlq',
      RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns: [arn] },
    });
    expect(JSON.stringify(named(template, 'plusone-dev-jobs-dlq'))).toContain(`:sqs:ap-northeast-2:`);
    expect(JSON.stringify(named(template, 'plusone-dev-jobs-dlq'))).toContain(`:${name}"`);
  });

  it('has the visibility timeout and the receives that it is given; a dead letter is hidden no longer than the contract says', () => {
    const template = templateOf();
    expect(named(template, 'plusone-dev-jobs')).toMatchObject({
      Properties: { VisibilityTimeout: 540, RedrivePolicy: { maxReceiveCount: 480 } },
    });
    expect(named(template, 'plusone-dev-jobs-dlq')).toMatchObject({ Properties: { VisibilityTimeout: 30 } });
  });

  it('is FIFO with its dead-letter queue, or neither is', () => {
    const template = templateOf({ fifo: true });
    template.allResourcesProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      QueueName: Match.stringLikeRegexp('\\.fifo$'),
    });
    templateOf().allResourcesProperties('AWS::SQS::Queue', { FifoQueue: Match.absent() });
  });

  it('holds every message back by the delay', () => {
    expect(named(templateOf({ delaySeconds: 900 }), 'plusone-dev-jobs')).toMatchObject({
      Properties: { DelaySeconds: 900 },
    });
  });

  it.each([
    [{ kind: 'sqs', keyArn: undefined }, Match.absent(), 0],
    [{ kind: 'kms-managed', keyArn: undefined }, 'alias/aws/sqs', 0],
    [{ kind: 'kms', keyArn: undefined }, Match.objectLike({ 'Fn::GetAtt': Match.anyValue() }), 1],
    [{ kind: 'kms', keyArn: KEY }, KEY, 0],
  ] as const)('encrypts both queues with %j', (encryption, KmsMasterKeyId, keys) => {
    const template = templateOf({ encryption });
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId });
    template.resourceCountIs('AWS::KMS::Key', keys);
    if (keys > 0) template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  it.each([
    [false, 'Delete'],
    [true, 'Retain'],
  ])('keeps its data, %s: on removal of the stack, %s', (keepData, DeletionPolicy) => {
    const template = templateOf({ keepData, encryption: { kind: 'kms', keyArn: undefined } });
    template.allResources('AWS::SQS::Queue', { DeletionPolicy });
    template.allResources('AWS::KMS::Key', { DeletionPolicy });
  });

  it('takes properties of your own over its own', () => {
    const template = templateOf({
      extensions: { queue: { MaximumMessageSize: 2048 }, dlq: { MessageRetentionPeriod: 60 } },
    });
    expect(named(template, 'plusone-dev-jobs')).toMatchObject({ Properties: { MaximumMessageSize: 2048 } });
    expect(named(template, 'plusone-dev-jobs-dlq')).toMatchObject({ Properties: { MessageRetentionPeriod: 60 } });
  });

  it('of your own name may still redrive', () => {
    const template = templateOf({ extensions: { queue: { QueueName: 'our-jobs' } } });
    expect(JSON.stringify(named(template, 'plusone-dev-jobs-dlq'))).toContain(':our-jobs"');
    expect(named(template, 'our-jobs')).toMatchObject({ Properties: { RedrivePolicy: { maxReceiveCount: 480 } } });
  });

  it('keeps its dead-letter queue where an extension says how often a message is received', () => {
    const template = templateOf({ extensions: { queue: { RedrivePolicy: { maxReceiveCount: 100 } } } });
    expect(named(template, 'plusone-dev-jobs')).toMatchObject({
      Properties: {
        RedrivePolicy: { maxReceiveCount: 100, deadLetterTargetArn: { 'Fn::GetAtt': expect.any(Array) } },
      },
    });
  });
});
