import { CfnOutput, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type MessagingStack } from './messaging-stack';
import { RECORD_ACTIONS } from './access';
import { FAILED_INDEX } from './results-table';

/** What the commands of `ops/cli/` call, by what they call it on. */
export const OPERATOR_ACTIONS = {
  queue: ['sqs:GetQueueAttributes', 'sqs:SendMessage'],
  deadLetters: [
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:ChangeMessageVisibility',
  ],
  table: RECORD_ACTIONS,
  index: ['dynamodb:Query'],
  key: ['kms:GenerateDataKey', 'kms:Decrypt'],
  eventSource: ['lambda:UpdateEventSourceMapping'],
  anyEventSource: ['lambda:ListEventSourceMappings'],
};

export interface OperatorProps {
  readonly messaging: MessagingStack;
  /** What hands the queue's messages to the consumer on Lambda; undefined on Fargate. */
  readonly eventSourceArn: string | undefined;
}

/** What people need who look after jobs, for `npm run -s jobs`: attached to whatever role they work in. */
export class Operator extends Construct {
  constructor(scope: Construct, id: string, { messaging, eventSourceArn }: OperatorProps) {
    super(scope, id);
    const { jobs, table } = messaging;
    const allow = (part: keyof typeof OPERATOR_ACTIONS, ...resources: string[]): PolicyStatement =>
      new PolicyStatement({ actions: OPERATOR_ACTIONS[part], resources });
    const policy = new ManagedPolicy(this, 'Policy', {
      description: 'Plusone: what the jobs command line and the console call',
      statements: [
        allow('queue', jobs.queue.queueArn),
        allow('deadLetters', jobs.deadLetters.queueArn),
        allow('table', table.tableArn),
        allow('index', `${table.tableArn}/index/${FAILED_INDEX}`),
        ...(jobs.key ? [allow('key', jobs.key.keyArn)] : []),
        ...(eventSourceArn === undefined ? [] : [allow('eventSource', eventSourceArn)]),
        allow('anyEventSource', '*'),
      ],
    });
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'lambda:ListEventSourceMappings names no resource: it tells what takes from the queue.',
    });
    new CfnOutput(this, 'PolicyArn', { value: policy.managedPolicyArn }).overrideLogicalId('OperatorPolicyArn');
  }
}
