import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type JobQueues } from './job-queue';
import { type QueueOptions } from './options-queue';

/** A queue and its dead-letter queue that somebody else made: used and watched here, never changed. */
export class ExistingQueues extends Construct implements JobQueues {
  readonly queue: IQueue;
  readonly deadLetters: IQueue;
  readonly key: IKey | undefined;

  constructor(
    scope: Construct,
    id: string,
    {
      queueArn,
      deadLetterQueueArn,
      keyArn,
    }: NonNullable<QueueOptions['existingQueues']> & { keyArn: string | undefined },
  ) {
    super(scope, id);
    this.queue = Queue.fromQueueArn(this, 'Queue', queueArn);
    this.deadLetters = Queue.fromQueueArn(this, 'DeadLetters', deadLetterQueueArn);
    this.key = keyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', keyArn);
  }
}
