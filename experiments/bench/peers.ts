import { type Kind } from './workload';

/** What a peer is measured against. */
export type Ceiling = 'sdk' | 'lean';

/** The peer that `record` is compared with: the same consumer, which records nothing. */
export const UNRECORDED = 'plusone-unrecorded';

/** What is measured beside the others; each run is a process of its own. */
export interface Peer {
  readonly name: string;
  readonly title: string;
  /** A compiled script, relative to dist/experiments/bench/peers; of `start`, to dist/. */
  readonly script: string;
  readonly variant: string;
  readonly kinds: readonly Kind[];
  /** Workloads it sits out, by name. */
  readonly not?: readonly string[];
  /** Ratios are to the fastest peer of each kind: hand-written on the SDK, and on the lean path. */
  readonly reference?: Ceiling;
  /** How much of a workload's messages it gets, so that a slow one takes about as long: without waits, with waits. */
  readonly share: { readonly calm: number; readonly waiting: number };
}

const FULL = { calm: 1, waiting: 1 };
const CONSUMER: readonly Kind[] = ['drain', 'paced', 'idle'];
const RAW = { script: 'raw.js', kinds: CONSUMER, share: FULL, reference: 'sdk' } as const;
const OURS = { script: 'plusone.js', share: FULL, kinds: [...CONSUMER, 'record'] } as const;
const WHOLE_BATCH = { script: 'sqs-consumer.js', kinds: CONSUMER, share: { calm: 1, waiting: 0.1 } } as const;
const ONE_BY_ONE = { ...WHOLE_BATCH, not: ['backlog'], share: { ...WHOLE_BATCH.share, calm: 0.25 } } as const;
const STARTED = { kinds: ['start'], share: FULL, variant: '' } as const;
const PRODUCER = { kinds: ['produce'], share: { calm: 0.5, waiting: 0.5 } } as const;

/** Takes a database to record in. */
export const ON_POSTGRES = 'plusone-postgres';

export const PEERS: readonly Peer[] = [
  { ...RAW, name: 'raw-4', title: 'raw SDK, 4 loops', variant: '4' },
  { ...RAW, name: 'raw-10', title: 'raw SDK, 10 loops', variant: '10' },
  { ...RAW, name: 'lean-4', title: 'lean path, 4 loops', variant: '4 lean', reference: 'lean' },
  { ...OURS, name: 'plusone', title: 'Plusone', variant: 'recorded' },
  { ...OURS, name: UNRECORDED, title: 'Plusone, nothing recorded', variant: 'unrecorded' },
  { ...OURS, name: ON_POSTGRES, title: 'Plusone, recorded in PostgreSQL', variant: 'postgres', kinds: ['record'] },
  { ...WHOLE_BATCH, name: 'sqs-consumer-11-batch', title: 'sqs-consumer 11, batch handler', variant: '11 batch' },
  { ...WHOLE_BATCH, name: 'sqs-consumer-15-batch', title: 'sqs-consumer 15, batch handler', variant: '15 batch' },
  { name: 'squiss', title: 'squiss-ts', script: 'squiss.js', variant: '', kinds: CONSUMER, share: FULL },
  { ...ONE_BY_ONE, name: 'sqs-consumer-11', title: 'sqs-consumer 11, message handler', variant: '11 message' },
  { ...ONE_BY_ONE, name: 'sqs-consumer-15', title: 'sqs-consumer 15, message handler', variant: '15 message' },
  {
    name: 'nestjs-sqs',
    title: '@ssut/nestjs-sqs as documented',
    script: 'nestjs-sqs.js',
    variant: '',
    kinds: CONSUMER,
    share: { calm: 0.05, waiting: 0.01 },
    not: ['backlog'],
  },
  {
    ...PRODUCER,
    name: 'nest-fastify',
    title: 'Nest + Fastify, one send each',
    script: 'send-each.js',
    variant: 'fastify',
    reference: 'sdk',
  },
  {
    ...PRODUCER,
    name: 'nest-express',
    title: 'Nest + Express, one send each',
    script: 'send-each.js',
    variant: 'express',
  },
  { ...PRODUCER, name: 'plusone-producer', title: 'Plusone', script: 'plusone-producer.js', variant: '', share: FULL },
  { ...STARTED, name: 'node', title: 'Node, nothing else', script: 'experiments/bench/bare.js', reference: 'sdk' },
  { ...STARTED, name: 'plusone-start', title: 'Plusone', script: 'consumer/main.js' },
  { ...STARTED, name: 'plusone-bundle', title: 'Plusone, bundled', script: 'bundle/consumer.js' },
];
