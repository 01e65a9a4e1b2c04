import { App } from 'aws-cdk-lib';
import 'aws-cdk-lib/testhelpers/jest-autoclean';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EXPIRY_ATTRIBUTE, FAILED_INDEX } from '../../results/dynamodb/items';
import { CDK_CONTEXT } from '../cdk-context';
import { MessagingStack } from '../messaging-stack';
import { deriveNumbers } from '../numbers';
import { type Context } from '../option-reader';
import { readOptions } from '../options';

function made(context: Context = {}): { stack: MessagingStack; template: Template } {
  const options = readOptions(context);
  const app = new App({ context: CDK_CONTEXT });
  const stack = new MessagingStack(app, 'Test', { options, numbers: deriveNumbers(options, []) });
  return { stack, template: Template.fromStack(stack) };
}

const TOPIC = 'arn:aws:sns:ap-northeast-2:111122223333:people';

describe('alarms of the queues', () => {
  const { template } = made();

  it.each([
    ['ApproximateNumberOfMessagesVisible', 0, { Period: 60, EvaluationPeriods: 1 }],
    ['ApproximateAgeOfOldestMessage', 7 * 86_400, { Period: 300, EvaluationPeriods: 1 }],
    ['ApproximateAgeOfOldestMessage', 86_400, { Period: 300, EvaluationPeriods: 1 }],
    ['ApproximateNumberOfMessagesVisible', 5_000, { Period: 300, EvaluationPeriods: 3 }],
  ])('%s above %i in %j', (MetricName, Threshold, periods) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...{ MetricName, Threshold, ...periods, Namespace: 'AWS/SQS', Statistic: 'Maximum' },
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('tell that jobs wait and none is taken, for 15 minutes', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...{ Threshold: 0, EvaluationPeriods: 15, ComparisonOperator: 'GreaterThanThreshold' },
      Metrics: Match.arrayWith([Match.objectLike({ Expression: 'IF(inFlight < 1, waiting, 0)' })]),
    });
  });

  it.each([
    [{}, 15],
    [{ handlerTimeout: '870' }, 20],
    [{ consumer: 'fargate', handlerTimeout: '3600' }, 70],
    [{ consumer: 'fargate', handlerTimeout: '43200' }, 730],
  ])('with %j tell that jobs wait and none is finished, for %i minutes', (context, minutes) => {
    made(context).template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...{ Threshold: 0, EvaluationPeriods: minutes / 5, ComparisonOperator: 'GreaterThanThreshold' },
      AlarmDescription: {
        'Fn::Join': [
          '',
          Match.arrayWith([Match.stringLikeRegexp(`^For ${minutes} minutes jobs have waited and none left`)]),
        ],
      },
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(FILL(deleted, 0) < 1, waiting, 0)' }),
        Match.objectLike({ Id: 'waiting', MetricStat: Match.objectLike({ Period: 300, Stat: 'Minimum' }) }),
        Match.objectLike({ Id: 'deleted', MetricStat: Match.objectLike({ Period: 300, Stat: 'Sum' }) }),
      ]),
    });
  });

  it.each(['ReadThrottleEvents', 'WriteThrottleEvents'])(
    'tell of %s of the table, by the table alone',
    (MetricName) => {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        ...{ MetricName, Threshold: 0, Period: 300, EvaluationPeriods: 3, Namespace: 'AWS/DynamoDB' },
        Dimensions: [{ Name: 'TableName', Value: Match.anyValue() }],
      });
    },
  );

  it('tell the topic of your choice, of the end as well', () => {
    const { template: told } = made({ alarmTopic: TOPIC });
    told.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [TOPIC], OKActions: [TOPIC] });
    told.resourceCountIs('AWS::SNS::Topic', 0);
  });

  it('mail by a topic that CloudWatch may publish to and use the key of, by TLS only', () => {
    const { template: mailed } = made({ alarmEmail: 'people@example.com' });
    mailed.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'people@example.com' });
    const cloudwatch = { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } };
    const allows = (Action: unknown): object => ({
      Statement: Match.arrayWith([Match.objectLike({ ...cloudwatch, Action })]),
    });
    mailed.hasResourceProperties('AWS::SNS::TopicPolicy', { PolicyDocument: allows('sns:Publish') });
    mailed.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny' })]) },
    });
    mailed.hasResourceProperties('AWS::KMS::Key', { KeyPolicy: allows(['kms:Decrypt', 'kms:GenerateDataKey*']) });
  });

  it('warn at synth when they tell nobody', () => {
    const warnings = (context: Context): number =>
      made(context).stack.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').length;
    expect(warnings({})).toBe(1);
    expect(warnings({ alarmTopic: TOPIC })).toBe(0);
  });

  it('take properties of your own over theirs', () => {
    made({ extensions: { alarm: { ActionsEnabled: false } } }).template.allResourcesProperties(
      'AWS::CloudWatch::Alarm',
      {
        ActionsEnabled: false,
      },
    );
  });
});

describe('the results table', () => {
  it('has the key and the expiry that the store writes', () => {
    made().template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: EXPIRY_ATTRIBUTE, Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    });
  });

  it('has the index by which the store lists what has failed', () => {
    const { name, key, order, holds } = FAILED_INDEX;
    made().template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      GlobalSecondaryIndexes: [
        {
          IndexName: name,
          KeySchema: [
            { AttributeName: key, KeyType: 'HASH' },
            { AttributeName: order, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: holds },
        },
      ],
      AttributeDefinitions: Match.arrayWith([
        { AttributeName: key, AttributeType: 'S' },
        { AttributeName: order, AttributeType: 'N' },
      ]),
    });
  });

  it.each([
    ['dev', 'Delete', false],
    ['prod', 'Retain', true],
  ])('in %s: on removal of the stack, %s', (stage, DeletionPolicy, DeletionProtectionEnabled) => {
    const { stack, template } = made({ stage });
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy,
      Properties: {
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    });
    expect(stack.terminationProtection).toBe(DeletionProtectionEnabled);
  });
});
