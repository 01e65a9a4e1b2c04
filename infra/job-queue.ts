import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import {
  type IQueue,
  Queue,
  QueueEncryption as Encryption,
  type QueueProps,
  RedrivePermission,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DEAD_LETTER_QUEUE_NAME, DELIVERY, QUEUE_NAME } from '../contract/delivery';
import { override } from './override';
import { removalPolicyOf } from './removal';
import { type Extensions, type QueueEncryption } from './options-queue';

export interface JobQueueProps {
  readonly stage: string;
  readonly keepData: boolean;
  readonly fifo: boolean;
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
  readonly queueRetentionSeconds: number;
  readonly deadLetterRetentionSeconds: number;
  readonly encryption: QueueEncryption;
  readonly extensions: Extensions;
}

/** A queue and its dead-letter queue, wherever they come from. */
export interface JobQueues {
  readonly queue: IQueue;
  readonly deadLetters: IQueue;
  /** Your key or one made here; undefined if AWS holds the key. */
  readonly key: IKey | undefined;
}

/**
 * The queue and its dead-letter queue, with the contract's numbers. TLS only, and no other queue redrives to this DLQ.
 */
export class JobQueue extends Construct implements JobQueues {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: JobQueueProps) {
    super(scope, id);
    const { extensions, visibilityTimeoutSeconds, maxReceiveCount, delaySeconds } = props;
    this.key = this.customerKey(props);
    const both = this.both(props);
    // A name of your own, since the dead-letter queue names the queue.
    const ownName = extensions.queue?.['QueueName'];
    const name = typeof ownName === 'string' ? ownName : queueName(props, QUEUE_NAME);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...both,
      queueName: queueName(props, DEAD_LETTER_QUEUE_NAME),
      // Short, so that peeking at a dead letter does not hide it for minutes.
      visibilityTimeout: Duration.seconds(DELIVERY.visibilityTimeoutSeconds),
      retentionPeriod: Duration.seconds(props.deadLetterRetentionSeconds),
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        // By name: the queue refers to this one already, and a reference back would be a cycle.
        sourceQueues: [
          Queue.fromQueueArn(this, 'Source', Stack.of(this).formatArn({ service: 'sqs', resource: name })),
        ],
      },
    });
    this.queue = new Queue(this, 'Queue', {
      ...both,
      queueName: name,
      visibilityTimeout: Duration.seconds(visibilityTimeoutSeconds),
      deliveryDelay: Duration.seconds(delaySeconds),
      retentionPeriod: Duration.seconds(props.queueRetentionSeconds),
      receiveMessageWaitTime: Duration.seconds(DELIVERY.receiveWaitSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
    override(this.queue, extensions.queue);
    override(this.deadLetters, extensions.dlq);
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'This is the dead-letter queue: what is here waits for people.',
    });
  }

  /** What the two have in common. */
  private both({ keepData, fifo, encryption }: JobQueueProps): QueueProps {
    return {
      ...(fifo && { fifo }),
      encryption: sqsEncryption(encryption),
      ...(this.key && { encryptionMasterKey: this.key }),
      enforceSSL: true,
      removalPolicy: removalPolicyOf(keepData),
    };
  }

  private customerKey({ encryption: { kind, keyArn }, keepData }: JobQueueProps): IKey | undefined {
    if (kind !== 'kms') return undefined;
    if (keyArn !== undefined) return Key.fromKeyArn(this, 'Key', keyArn);
    return new Key(this, 'Key', {
      enableKeyRotation: true,
      removalPolicy: removalPolicyOf(keepData),
      description: 'Messages of the job queue and its dead letters',
    });
  }
}

/** A fixed name, for the redrive policy and for people. A FIFO queue has another, since SQS cannot change the kind. */
function queueName({ stage, fifo }: JobQueueProps, name: string): string {
  return `plusone-${stage}-${name}${fifo ? '.fifo' : ''}`;
}

function sqsEncryption({ kind }: QueueEncryption): Encryption {
  if (kind === 'kms') return Encryption.KMS;
  return kind === 'kms-managed' ? Encryption.KMS_MANAGED : Encryption.SQS_MANAGED;
}
