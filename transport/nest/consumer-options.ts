import { DEFAULT_NUMBERS, type DeliveryNumbers } from '../delivery/numbers';
import { type Place } from '../sqs/clients';
import { WiringError } from '../sqs/errors';
import { type TransportOptions } from '../transport';

/** The name of a queue that was given none. */
export const DEFAULT_QUEUE = 'default';

/** Permits of a queue, unless it says otherwise. */
const DEFAULT_CONCURRENCY = 100;

/** More long polls than this on one queue brought nothing when measured; a smaller concurrency has fewer. */
const DEFAULT_POLLERS = 10;

type Settable = Omit<DeliveryNumbers, 'visibilityTimeoutSeconds'>;

/** One queue and its dead-letter queue; every number has a default. */
export interface QueueOptions extends Partial<Settable> {
  /** By this its handlers and `QueueConsumers.get` name the queue; several queues need one each. */
  readonly name?: string | undefined;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** What a message without the attribute `type` is. Unless given: what the queue's handler takes, if it has one only. */
  readonly defaultType?: string | undefined;
  /** Handlers that run at once; 100. */
  readonly concurrency?: number | undefined;
  /** Long polls at once under load, one while idle; 10. 0: none, deliveries come in by `take`. */
  readonly pollers?: number | undefined;
}

export interface ConsumerOptions extends Place {
  readonly queues: readonly QueueOptions[];
}

/** A queue with every default filled in. */
export interface NamedQueue {
  readonly name: string;
  readonly defaultType: string | undefined;
  readonly options: TransportOptions;
}

/** Fills the defaults in; throws one `WiringError` that joins all faults. */
export function settleOptions({ queues, region, endpoint }: ConsumerOptions): NamedQueue[] {
  const faults = faultsOf(queues);
  if (faults.length > 0) throw new WiringError(faults.join(' '));
  return queues.map(({ name = DEFAULT_QUEUE, defaultType, ...queue }) => ({
    name,
    defaultType,
    options: {
      region,
      endpoint,
      queueUrl: queue.queueUrl,
      deadLetterQueueUrl: queue.deadLetterQueueUrl,
      concurrency: queue.concurrency ?? DEFAULT_CONCURRENCY,
      pollers: queue.pollers ?? DEFAULT_POLLERS,
      numbers: numbersOf(queue),
    },
  }));
}

/** What configuration leaves undefined takes the default, too. */
function numbersOf(queue: Partial<DeliveryNumbers>): DeliveryNumbers {
  const names = Object.keys(DEFAULT_NUMBERS) as (keyof DeliveryNumbers)[];
  return Object.fromEntries(
    names.map((name) => [name, queue[name] ?? DEFAULT_NUMBERS[name]]),
  ) as unknown as DeliveryNumbers;
}

function faultsOf(queues: readonly Partial<QueueOptions>[]): string[] {
  if (queues.length === 0) return ['No queue is given: `queues` takes at least one.'];
  const names = queues.map(({ name = DEFAULT_QUEUE }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  return [
    ...new Set(twice.map((name) => `Two queues are named '${name}'; give each a \`name\` of its own.`)),
    ...queues.flatMap(({ queueUrl, deadLetterQueueUrl, name = DEFAULT_QUEUE }) => [
      ...(queueUrl ? [] : [`The queue '${name}' has no \`queueUrl\`.`]),
      ...(deadLetterQueueUrl ? [] : [`The queue '${name}' has no \`deadLetterQueueUrl\`.`]),
    ]),
    ...queues.flatMap((queue, index) => numberFaults(queue, names[index] ?? DEFAULT_QUEUE)),
  ];
}

/** The least that each number may be. */
const LEAST: Readonly<Record<keyof Settable | 'concurrency' | 'pollers', number>> = {
  concurrency: 1,
  pollers: 0,
  handlerTimeoutSeconds: 1,
  maxAttempts: 1,
  maxBegunRuns: 1,
  receiveWaitSeconds: 1,
  drainSeconds: 0,
};

function numberFaults(queue: Partial<QueueOptions>, queueName: string): string[] {
  return Object.entries(LEAST).flatMap(([name, least]) => {
    const value = queue[name as keyof typeof LEAST];
    if (value === undefined || (Number.isFinite(value) && value >= least)) return [];
    return [`The queue '${queueName}' has \`${name}\` ${value}, which takes a number from ${least} on.`];
  });
}
