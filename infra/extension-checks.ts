import { DELIVERY, deriveMaxReceiveCount } from '../contract/delivery';
import { type QueuePart, RETENTION } from './extensions';
import { type Numbers } from './numbers';
import { OptionError } from './option-reader';
import { type Options } from './options';

/** Properties that an option chooses, since other numbers are derived from them. */
const BY_OPTION: Readonly<Record<QueuePart, Readonly<Record<string, string>>>> = {
  queue: {
    VisibilityTimeout: 'visibilityTimeout',
    FifoQueue: 'fifo',
    KmsMasterKeyId: 'encryption and encryptionKey',
    SqsManagedSseEnabled: 'encryption',
  },
  dlq: { FifoQueue: 'fifo', KmsMasterKeyId: 'encryption and encryptionKey', SqsManagedSseEnabled: 'encryption' },
};

/** Properties that a redrive needs unchanged, each with the reason. */
const KEPT: Readonly<Record<QueuePart, Readonly<Record<string, string>>>> = {
  queue: { RedriveAllowPolicy: 'nothing is redriven to the queue itself' },
  dlq: {
    RedriveAllowPolicy: 'it lets the queue redrive, and only that',
    RedrivePolicy: 'what is here waits for people',
  },
};

/** Throws an `OptionError` for properties that contradict what is derived from options and contract. */
export function checkExtensions(options: Options, numbers: Numbers): void {
  for (const part of ['queue', 'dlq'] as const) checkNames(options, part);
  checkReceives(options, numbers);
  checkRetention(options, numbers);
}

function checkNames({ extensions, fifo }: Options, part: QueuePart): void {
  for (const [name, value] of Object.entries(extensions[part] ?? {})) {
    const at = `extensions.${part}.${name}`;
    if (name.includes('.')) throw new OptionError(`${at} is a path; extensions takes names of properties.`);
    const option = BY_OPTION[part][name];
    if (option !== undefined) throw new OptionError(`${at} is set; use the option ${option}, which the rest follows.`);
    const reason = KEPT[part][name];
    if (reason !== undefined) throw new OptionError(`${at} is set; leave it out: ${reason}.`);
    if (name === 'QueueName') checkQueueName(at, value, fifo);
  }
  const { queue, dlq } = extensions;
  if (queue?.['QueueName'] !== undefined && queue['QueueName'] === dlq?.['QueueName'])
    throw new OptionError(
      `extensions.dlq.QueueName is "${String(dlq['QueueName'])}", the name of the queue as well; it takes another.`,
    );
}

function checkQueueName(at: string, value: unknown, fifo: boolean): void {
  const pattern = fifo ? /^[\w-]{1,75}\.fifo$/ : /^[\w-]{1,80}$/;
  if (typeof value === 'string' && pattern.test(value)) return;
  const form = `up to ${fifo ? 75 : 80} letters, digits, dashes and underscores${fifo ? ', and .fifo at the end' : ''}`;
  throw new OptionError(`${at} is ${JSON.stringify(value)}; it takes ${form}.`);
}

/** Checks the number of receives that SQS gets, wherever it comes from. */
function checkReceives({ extensions }: Options, numbers: Numbers): void {
  if (extensions.queue?.['RedrivePolicy'] === undefined) return;
  const [least, most] = [numbers.minReceiveCount, deriveMaxReceiveCount(numbers)];
  if (numbers.maxReceiveCount >= least && numbers.maxReceiveCount <= most) return;
  throw new OptionError(
    `extensions.queue.RedrivePolicy.maxReceiveCount is ${numbers.maxReceiveCount}; it takes ${least} to ${most}: what a job may need before its own limits end it, and what fits into the retention.`,
  );
}

/** Checks retentions: a job that comes again after its record has expired would be done twice. */
function checkRetention({ extensions }: Options, numbers: Numbers): void {
  const { queueRetentionSeconds, deadLetterRetentionSeconds } = numbers;
  if (extensions.queue?.[RETENTION.name] === undefined && extensions.dlq?.[RETENTION.name] === undefined) return;
  // What SQS itself moves keeps the time of its first enqueue.
  if (deadLetterRetentionSeconds <= queueRetentionSeconds)
    throw new OptionError(
      `extensions makes MessageRetentionPeriod ${deadLetterRetentionSeconds} s in the dead-letter queue; it takes more than the queue's ${queueRetentionSeconds} s, since a message that SQS moves keeps its age.`,
    );
  if (queueRetentionSeconds + deadLetterRetentionSeconds < DELIVERY.recordRetentionSeconds) return;
  throw new OptionError(
    `extensions makes MessageRetentionPeriod ${queueRetentionSeconds} s in the queue and ${deadLetterRetentionSeconds} s in the dead-letter queue; together they stay below the ${DELIVERY.recordRetentionSeconds} s of a record.`,
  );
}
