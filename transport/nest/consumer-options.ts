import { MAX_LEASE_SECONDS, type QueueNumbers } from '../delivery/policy';
import { ConsumerMetrics } from '../metrics/consumer-metrics';
import { Metrics } from '../metrics/metrics';
import { type SqsLocation } from '../sqs/clients';
import { WiringError } from '../sqs/errors';
import { type TransportOptions } from '../transport';
import { DEFAULT_QUEUE, queueLabels } from './named';

/** Options may be undefined, which means the default. */
type Optional<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** One queue and its dead-letter queue; every number has a default. */
export interface QueueOptions extends Optional<QueueNumbers> {
  /** The name by which handlers and `QueueConsumers.get` refer to the queue. Several queues need one each. */
  readonly name?: string | undefined;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /**
   * The type of a message without the attribute `type`. By default that of the queue's handler, if there is only one.
   */
  readonly defaultType?: string | undefined;
}

export interface ConsumerOptions extends SqsLocation {
  /** Where to count, for an application that reads the numbers, such as by `prometheusText`. */
  readonly metrics?: Metrics | undefined;
  /** Reasons by which handlers dead-letter. These are counted by name, any others as `other`. */
  readonly reasons?: readonly string[] | undefined;
  readonly queues: readonly QueueOptions[];
}

/** A queue with every default filled in. */
interface CompleteQueue {
  readonly name: string;
  readonly defaultType: string | undefined;
  readonly options: TransportOptions;
}

type Range = readonly [byDefault: number | undefined, min: number, max?: number];

/** Numbers that may be fractions, since this process waits for them. SQS takes whole seconds. */
const MAY_BE_FRACTIONS: ReadonlySet<string> = new Set(['handlerTimeoutSeconds', 'drainSeconds']);

/** Each number's default, and what it may be. */
const NUMBERS: Readonly<Record<keyof QueueNumbers, Range>> = {
  concurrency: [100, 1],
  // More on one queue brought nothing when measured.
  pollers: [10, 0],
  leaseSeconds: [undefined, 1, MAX_LEASE_SECONDS],
  handlerTimeoutSeconds: [60, 1, MAX_LEASE_SECONDS],
  maxAttempts: [5, 1],
  maxBegunRuns: [15, 1],
  receiveWaitSeconds: [20, 1, 20],
  drainSeconds: [25, 0],
};

/** Fills the defaults in; throws one `WiringError` that joins all faults. */
export function completeOptions({
  queues,
  metrics = new Metrics(),
  reasons,
  ...place
}: ConsumerOptions): CompleteQueue[] {
  const faults = faultsOf(queues);
  if (faults.length > 0) throw new WiringError(faults.join(' '));
  return queues.map((queue) => {
    const { name = DEFAULT_QUEUE, defaultType, queueUrl, deadLetterQueueUrl } = queue;
    const counting = new ConsumerMetrics(metrics, queueLabels(queue), reasons);
    const options = { ...place, ...numbersOf(queue), queueUrl, deadLetterQueueUrl, metrics: counting };
    return { name, defaultType, options };
  });
}

function numbersOf(queue: QueueOptions): QueueNumbers {
  const complete = Object.entries(NUMBERS).map(([name, [byDefault]]) => [
    name,
    queue[name as keyof QueueNumbers] ?? byDefault,
  ]);
  return Object.fromEntries(complete) as QueueNumbers;
}

function faultsOf(queues: readonly QueueOptions[]): string[] {
  if (queues.length === 0) return ['No queue is given: `queues` takes at least one.'];
  const names = queues.map(({ name = DEFAULT_QUEUE }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) < index));
  return [
    ...[...twice].map((name) => `Two queues are named '${name}'; give each a \`name\` of its own.`),
    ...queues.flatMap(urlFaults),
    ...queues.flatMap(numberFaults),
  ];
}

function urlFaults({ name = DEFAULT_QUEUE, ...queue }: QueueOptions): string[] {
  const missing = (['queueUrl', 'deadLetterQueueUrl'] as const).filter((url) => !queue[url]);
  return missing.map((url) => `The queue '${name}' has no \`${url}\`.`);
}

function numberFaults({ name: queueName = DEFAULT_QUEUE, ...queue }: QueueOptions): string[] {
  return Object.entries(NUMBERS).flatMap(([name, [, min, max = Infinity]]) => {
    const value = queue[name as keyof QueueNumbers];
    const [kind, isOne] = MAY_BE_FRACTIONS.has(name) ? ['a number', Number.isFinite] : ['an integer', Number.isInteger];
    if (value === undefined || (isOne(value) && value >= min && value <= max)) return [];
    const range = max === Infinity ? `from ${min} on` : `from ${min} to ${max}`;
    return [`The queue '${queueName}' has \`${name}\` ${value}, which takes ${kind} ${range}.`];
  });
}
