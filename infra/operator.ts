import { CfnOutput, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type MessagingStack } from './messaging-stack';
import { RECORD_ACTIONS } from './access';
import { FAILED_INDEX } from './results-table';

/** The actions of the commands in `ops/cli/`, by resource. */
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
  secret: ['secretsmanager:GetSecretValue'],
  key: ['kms:GenerateDataKey', 'kms:Decrypt'],
  eventSource: ['lambda:UpdateEventSourceMapping'],
  anyEventSource: ['lambda:ListEventSourceMappings'],
};

export interface OperatorProps {
  readonly messaging: MessagingStack;
  /** Lambda's event source of the consumer; undefined on Fargate. */
  readonly eventSourceArn: string | undefined;
}

/** A policy for operators, who attach it to their role to use `npm run -s jobs`. */
export class Operator extends Construct {
  constructor(scope: Construct, id: string, { messaging, eventSourceArn }: OperatorProps) {
    super(scope, id);
    const { jobs, table, databaseSecretArn } = messaging;
    const allow = (part: keyof typeof OPERATOR_ACTIONS, ...resources: string[]): PolicyStatement =>
      new PolicyStatement({ actions: OPERATOR_ACTIONS[part], resources });
    const policy = new ManagedPolicy(this, 'Policy', {
      description: 'Plusone: what the jobs command line and the console call',
      statements: [
        allow('queue', jobs.queue.queueArn),
        allow('deadLetters', jobs.deadLetters.queueArn),
        ...(table ? [allow('table', table.tableArn), allow('index', `${table.tableArn}/index/${FAILED_INDEX}`)] : []),
        ...(databaseSecretArn === undefined ? [] : [allow('secret', databaseSecretArn)]),
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
