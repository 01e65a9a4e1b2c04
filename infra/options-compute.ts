import { readEnvironment } from '../contract/environment';
import { DELIVERY } from '../contract/delivery';
import { OptionError, type OptionReader } from './option-reader';

export type AppName = 'producer' | 'consumer';
export type Compute = 'lambda' | 'fargate';

export interface Size {
  /** For Fargate, where 1,024 are one processor. On Lambda it comes with memory. */
  readonly cpuUnits: number;
  readonly memoryMb: number;
}

/** Where the apps run, and how much of them. Times in seconds. */
export interface ComputeOptions {
  readonly producer: Compute;
  readonly consumer: Compute;
  readonly architecture: 'arm64' | 'x86_64';
  readonly sizes: Readonly<Record<AppName, Size>>;
  /** On Lambda: invocations reserved for the app, which also limit it; undefined: what the account has left. */
  readonly reserved: Readonly<Record<AppName, number | undefined>>;
  readonly handlerTimeoutSeconds: number;
  /** Undefined: derived, see `numbers.ts`. */
  readonly visibilityTimeoutSeconds: number | undefined;
  /** The consumer on Lambda. */
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly maxConcurrency: number;
  /** The consumer on Fargate: handlers at once per task, and tasks. */
  readonly concurrency: number;
  readonly minTasks: number;
  readonly maxTasks: number;
  /** The producer on Fargate. */
  readonly producerTasks: { readonly min: number; readonly max: number };
}

const CONSUMER_ONLY = {
  lambda: ['batchSize', 'batchWindow', 'maxConcurrency', 'consumerReserved'],
  fargate: ['concurrency', 'minTasks', 'maxTasks', 'consumerCpu'],
} as const;
const PRODUCER_ONLY = {
  lambda: ['producerReserved'],
  fargate: ['producerMinTasks', 'producerMaxTasks', 'producerCpu'],
} as const;
export const COMPUTE_NAMES = [
  ...[
    'producer',
    'consumer',
    'architecture',
    'handlerTimeout',
    'visibilityTimeout',
    'producerMemory',
    'consumerMemory',
  ],
  ...[CONSUMER_ONLY, PRODUCER_ONLY].flatMap(({ lambda, fargate }) => [...lambda, ...fargate]),
];

export function readCompute(read: OptionReader, stage: string): ComputeOptions {
  const [producer, consumer] = [read.choice('producer', COMPUTES), read.choice('consumer', COMPUTES)];
  read.refuse(PRODUCER_ONLY[other(producer)], `producer=${producer}`);
  read.refuse(CONSUMER_ONLY[other(consumer)], `consumer=${consumer}`);
  return {
    producer,
    consumer,
    architecture: read.choice('architecture', ['arm64', 'x86_64']),
    sizes: { producer: readSize(read, 'producer', producer), consumer: readSize(read, 'consumer', consumer) },
    handlerTimeoutSeconds: read.whole('handlerTimeout', { min: 1, max: 43_200 }) ?? DELIVERY.handlerTimeoutSeconds,
    visibilityTimeoutSeconds: read.whole('visibilityTimeout', { min: 1, max: 43_200 }),
    ...readConsumer(read),
    reserved: readReserved(read),
    producerTasks: readProducerTasks(read, stage),
  };
}

const COMPUTES = ['lambda', 'fargate'] as const;
const other = (compute: Compute): Compute => (compute === 'lambda' ? 'fargate' : 'lambda');

type ConsumerScale = Pick<
  ComputeOptions,
  'batchSize' | 'batchWindowSeconds' | 'maxConcurrency' | 'concurrency' | 'minTasks' | 'maxTasks'
>;

function readConsumer(read: OptionReader): ConsumerScale {
  return {
    batchSize: read.whole('batchSize', { min: 1, max: 10_000 }) ?? 10,
    batchWindowSeconds: read.whole('batchWindow', { min: 0, max: 300 }) ?? 0,
    // The range is AWS's; the default leaves most of an account's usual 1,000 to the producer and to others.
    maxConcurrency: read.whole('maxConcurrency', { min: 2, max: 1_000 }) ?? 50,
    concurrency: read.whole('concurrency', { min: 1, max: 10_000 }) ?? readEnvironment({}).concurrency,
    minTasks: read.whole('minTasks', { min: 0, max: 1_000 }) ?? 0,
    maxTasks: read.whole('maxTasks', { min: 1, max: 1_000 }) ?? 10,
  };
}

/**
 * A function with less than its event source asks for is throttled, and each throttled batch costs its jobs a receive.
 */
function readReserved(read: OptionReader): ComputeOptions['reserved'] {
  const range = { min: 1, max: 10_000 };
  const [producer, consumer] = [read.whole('producerReserved', range), read.whole('consumerReserved', range)];
  const { maxConcurrency } = readConsumer(read);
  if (consumer !== undefined && consumer < maxConcurrency)
    throw new OptionError(`consumerReserved is ${consumer}; it takes at least maxConcurrency, ${maxConcurrency}.`);
  return { producer, consumer };
}

/** Two tasks in each stage but dev, one per zone, so that the loss of one is no outage. */
function readProducerTasks(read: OptionReader, stage: string): ComputeOptions['producerTasks'] {
  const range = { min: 1, max: 1_000 };
  const min = read.whole('producerMinTasks', range) ?? (stage === 'dev' ? 1 : 2);
  const max = read.whole('producerMaxTasks', range) ?? Math.max(10, min);
  if (min <= max) return { min, max };
  throw new OptionError(`producerMinTasks is ${min}; it takes at most producerMaxTasks, ${max}.`);
}

/** A caller waits for the producer's start, which is all processor time, and that comes with memory. */
const LAMBDA_MEMORY_MB = { producer: 1_024, consumer: 512 } as const;
/** Lambda's limits. */
const LAMBDA_MEMORY_RANGE = { min: 128, max: 10_240 } as const;

const steps = (min: number, max: number, step: number): number[] =>
  Array.from({ length: (max - min) / step + 1 }, (_, index) => min + index * step);

/**
 * Fargate's pairs:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
const FARGATE_MEMORY_MB = {
  256: [512, 1_024, 2_048],
  512: steps(1_024, 4_096, 1_024),
  1024: steps(2_048, 8_192, 1_024),
  2048: steps(4_096, 16_384, 1_024),
  4096: steps(8_192, 30_720, 1_024),
  8192: steps(16_384, 61_440, 4_096),
  16384: steps(32_768, 122_880, 8_192),
} as const;

function readSize(read: OptionReader, app: AppName, compute: Compute): Size {
  const [cpuName, memoryName] = [`${app}Cpu`, `${app}Memory`];
  if (compute === 'lambda')
    return { cpuUnits: 0, memoryMb: read.whole(memoryName, LAMBDA_MEMORY_RANGE) ?? LAMBDA_MEMORY_MB[app] };
  const cpu = read.choice(cpuName, ['256', '512', '1024', '2048', '4096', '8192', '16384']);
  const memories: readonly number[] = FARGATE_MEMORY_MB[cpu];
  const [least = 0] = memories;
  const memoryMb = read.whole(memoryName, { min: 512, max: 122_880 }) ?? least;
  if (memories.includes(memoryMb)) return { cpuUnits: Number(cpu), memoryMb };
  throw new OptionError(`${memoryName} is ${memoryMb}; with ${cpuName}=${cpu} it takes one of ${memories.join(', ')}.`);
}
