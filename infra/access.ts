import { type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type MessagingStack } from './messaging-stack';

/** A record is read and conditionally written, alone or in a batch; none is scanned, updated in place or deleted. */
const RECORD_ACTIONS = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:PartiQLInsert'];

/** Sends jobs; asks the queue whether it is there. */
export function grantProducer(grantee: IGrantable, { jobs, table }: MessagingStack): void {
  jobs.queue.grant(grantee, 'sqs:SendMessage', 'sqs:GetQueueAttributes');
  table.grant(grantee, ...RECORD_ACTIONS);
  // SQS makes a data key to encrypt, and decrypts it to reuse it.
  jobs.key?.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
}

/** Receives and settles jobs, and moves to the dead-letter queue what it gives up. */
export function grantConsumer(grantee: IGrantable, { jobs, table }: MessagingStack): void {
  const settle = ['sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'];
  jobs.queue.grant(grantee, 'sqs:ReceiveMessage', ...settle, 'sqs:GetQueueAttributes');
  jobs.deadLetters.grant(grantee, 'sqs:SendMessage');
  table.grant(grantee, ...RECORD_ACTIONS);
  jobs.key?.grant(grantee, 'kms:GenerateDataKey', 'kms:Decrypt');
}
