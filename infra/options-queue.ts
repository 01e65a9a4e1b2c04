import { isFields } from '../contract/json';
import { OptionError, type OptionReader } from './option-reader';

export interface QueueEncryption {
  /** SQS's own keys, AWS's key for SQS, or a customer key: the one named, or a new one. */
  readonly kind: 'sqs' | 'kms-managed' | 'kms';
  readonly keyArn: string | undefined;
}

/** CloudFormation properties that replace ours, by the part they belong to. */
export type Extensions = Readonly<Partial<Record<ExtensionPart, Readonly<Record<string, unknown>>>>>;
type ExtensionPart = (typeof EXTENSION_PARTS)[number];
const EXTENSION_PARTS = ['queue', 'dlq', 'alarm'] as const;

/** Queues and results. */
export interface QueueOptions {
  readonly fifo: boolean;
  readonly delaySeconds: number;
  readonly encryption: QueueEncryption;
  /** Queues that exist, by ARN; undefined: both are made here. */
  readonly existingQueues: { readonly queueArn: string; readonly deadLetterQueueArn: string } | undefined;
  /** A table that exists; undefined: it is made here, unless records are in a database. */
  readonly tableArn: string | undefined;
  /** The secret that holds the URL of a PostgreSQL database for the records; undefined: they are in a table. */
  readonly databaseSecretArn: string | undefined;
  readonly extensions: Extensions;
}

export const QUEUE_NAMES = [
  ...['fifo', 'delay', 'encryption', 'encryptionKey'],
  ...['queue', 'deadLetterQueue', 'table', 'databaseSecret', 'extensions'],
];

export function readQueue(read: OptionReader, region: string): QueueOptions {
  const existingQueues = readExisting(read, region);
  const options = {
    fifo: read.flag('fifo', existingQueues && isFifo(existingQueues.queueArn)),
    // SQS holds a delayed message back for at most 15 minutes.
    delaySeconds: read.whole('delay', { min: 0, max: 900 }) ?? 0,
    encryption: {
      kind: read.choice('encryption', ['sqs', 'kms-managed', 'kms']),
      keyArn: read.arn('encryptionKey', { service: 'kms', resource: 'key/ID' }, region),
    },
    existingQueues,
    tableArn: read.arn('table', { service: 'dynamodb', resource: 'table/NAME' }, region),
    databaseSecretArn: read.arn(
      'databaseSecret',
      { service: 'secretsmanager', resource: 'secret:NAME-SUFFIX' },
      region,
    ),
    extensions: readExtensions(read),
  };
  if (options.databaseSecretArn !== undefined) read.refuse(['table'], 'databaseSecret');
  if (existingQueues) refuseForExisting(read, options);
  return options;
}

function readExisting(read: OptionReader, region: string): QueueOptions['existingQueues'] {
  const queueArn = read.arn('queue', { service: 'sqs', resource: 'NAME' }, region);
  const deadLetterQueueArn = read.arn('deadLetterQueue', { service: 'sqs', resource: 'NAME' }, region);
  if (queueArn === undefined && deadLetterQueueArn === undefined) return undefined;
  if (queueArn === undefined)
    throw new OptionError('queue is missing; with deadLetterQueue it takes the ARN of its queue.');
  if (deadLetterQueueArn === undefined)
    throw new OptionError('deadLetterQueue is missing; with queue it takes the ARN of its dead-letter queue.');
  if (queueArn === deadLetterQueueArn)
    throw new OptionError('deadLetterQueue is the queue itself; it takes another one.');
  if (isFifo(queueArn) !== isFifo(deadLetterQueueArn))
    throw new OptionError('deadLetterQueue is not of the kind of queue; both have to be FIFO, or both standard.');
  return { queueArn, deadLetterQueueArn };
}

const isFifo = (queueArn: string): boolean => queueArn.endsWith('.fifo');

/** Refuses options about an existing queue, whose owner decides them. */
function refuseForExisting(read: OptionReader, { existingQueues, fifo, encryption, extensions }: QueueOptions): void {
  read.refuse(['delay'], 'queue');
  if (existingQueues && fifo !== isFifo(existingQueues.queueArn))
    throw new OptionError(`fifo is ${String(fifo)}; the name of queue says otherwise: leave fifo out.`);
  if (encryption.kind !== 'kms') read.refuse(['encryption'], 'queue');
  if (encryption.kind === 'kms' && encryption.keyArn === undefined)
    throw new OptionError('encryptionKey is missing; with queue, encryption=kms takes the ARN of its key.');
  if (extensions.queue || extensions.dlq)
    throw new OptionError(
      'extensions has properties for queue or dlq, but queue is yours: change it where it is made.',
    );
}

function readExtensions(read: OptionReader): Extensions {
  const extensions = read.object('extensions');
  const isPart = (name: string): boolean => EXTENSION_PARTS.some((part) => part === name);
  if (extensions && Object.entries(extensions).every(([name, part]) => isPart(name) && isFields(part)))
    return extensions;
  throw new OptionError(`extensions takes an object of CloudFormation properties for ${EXTENSION_PARTS.join(', ')}.`);
}
