import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from '../synthesis';

const arn = (service: string, resource: string): string => `arn:aws:${service}:ap-northeast-2:111122223333:${resource}`;
const EXISTING = {
  queue: arn('sqs', 'orders'),
  deadLetterQueue: arn('sqs', 'orders-dlq'),
  table: arn('dynamodb', 'table/results'),
  encryption: 'kms',
  encryptionKey: arn('kms', 'key/6b1f7d3e-0000-4000-8000-000000000000'),
};

describe.each(['lambda', 'fargate'])('queues and a table that exist, with both apps on %s', (where) => {
  const { messaging, compute } = synthesize({ ...EXISTING, producer: where, consumer: where, stage: 'orders' });

  it('are not made again', () => {
    for (const type of ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key'])
      messaging.resourceCountIs(type, 0);
  });

  it('are watched', () => {
    for (const Value of ['orders', 'orders-dlq'])
      messaging.hasResourceProperties('AWS::CloudWatch::Alarm', { Dimensions: [{ Name: 'QueueName', Value }] });
    messaging.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Dimensions: [{ Name: 'TableName', Value: 'results' }],
    });
  });

  it('are those that the apps get, and may use', () => {
    const resources = JSON.stringify(compute.toJSON());
    expect(resources).toContain('dynamodb:results');
    expect(resources).toContain('/111122223333/orders"');
    expect(resources).toContain('/111122223333/orders-dlq"');
    const allow = (Action: unknown, Resource: string): void => {
      compute.hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action, Resource })]) },
      });
    };
    allow(['sqs:SendMessage', 'sqs:GetQueueAttributes'], EXISTING.queue);
    allow('sqs:SendMessage', EXISTING.deadLetterQueue);
    allow(Match.arrayWith(['dynamodb:GetItem', 'dynamodb:PutItem']), EXISTING.table);
    allow(['kms:GenerateDataKey', 'kms:Decrypt'], EXISTING.encryptionKey);
  });

  it('are in the outputs', () => {
    messaging.hasOutput('QueueArn', { Value: EXISTING.queue });
    messaging.hasOutput('DeadLetterQueueArn', { Value: EXISTING.deadLetterQueue });
    messaging.hasOutput('TableName', { Value: 'results' });
  });
});
