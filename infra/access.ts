import { type ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type MessagingStack } from './messaging-stack';
import { FAILED_INDEX } from './results-table';

/** A record is read and conditionally written, alone or in a batch; none is scanned, updated in place or deleted. */
export const RECORD_ACTIONS = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:PutItem',
  'dynamodb:PartiQLInsert',
];

/** Failed records are listed by their index, also in a table that existed before. */
function grantRecords(grantee: IGrantable, table: ITableV2 | undefined): void {
  if (table === undefined) return;
  const { tableArn } = table;
  Grant.addToPrincipal({ grantee, actions: RECORD_ACTIONS, resourceArns: [tableArn] });
  const index = `${tableArn}/index/${FAILED_INDEX}`;
  Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [index] });
}

/** Sends jobs; asks the queue whether it is there. */
export function grantProducer(grantee: IGrantable, { jobs, table }: MessagingStack): void {
  jobs.queue.grant(grantee, 'sqs:SendMessage', 'sqs:GetQueueAttributes');
  grantRecords(grantee, table);
  // SQS makes a data key to encrypt, and decrypts it to reuse it.
  jobs.key?.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
}

/** Receives and settles jobs, and sends dead letters. */
export function grantConsumer(grantee: IGrantable, { jobs, table }: MessagingStack): void {
  const settle = ['sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'];
  jobs.queue.grant(grantee, 'sqs:ReceiveMessage', ...settle, 'sqs:GetQueueAttributes');
  jobs.deadLetters.grant(grantee, 'sqs:SendMessage');
  grantRecords(grantee, table);
  jobs.key?.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
}
