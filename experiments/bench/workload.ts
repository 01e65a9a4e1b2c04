import { Random } from '../rig/random';
import { numberJob } from '../rig/jobs';

/** The job that is measured; inputs tell the jobs of a run apart, warm-up ones are below 0. */
export const MEASURE = numberJob('measure');

/** What the handler of a job does beside nothing. */
export type Work = 'none' | 'exponential-20ms' | 'one-in-a-hundred-2s';

const MEAN_MS = 20;
const SLOW = { share: 0.01, ms: 2_000 };

/** Milliseconds that the job with this input takes: the same for every peer of a round. */
export function workMs(work: Work, seed: number, input: number): number {
  if (work === 'none') return 0;
  const drawn = new Random(Math.imul(seed, 31) + input).next();
  if (work === 'exponential-20ms') return -MEAN_MS * Math.log(1 - drawn);
  return drawn < SLOW.share ? SLOW.ms : 0;
}

/**
 * - `drain`: a consumer empties a backlog
 * - `paced`: messages arrive at a rate that every consumer can carry
 * - `idle`: consumers on an empty queue
 * - `record`: as `drain`, by Plusone alone, with the records counted
 * - `produce`: a producer under requests
 * - `start`: from the start of a process to its first receive
 */
export type Kind = 'drain' | 'record' | 'paced' | 'idle' | 'produce' | 'start';

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly kind: Kind;
  readonly work: Work;
  /** For the peers that do it at full speed, others get their share; of `produce`, requests. */
  readonly messages: number;
  /**
   * Messages before them, without work, while the JIT compilers still change the speed. Code that runs twice for ten
   * messages is at its speed after some 100,000: the lean loop took 29 µs a message after 50,000, and 16 after 125,000.
   */
  readonly warmup: number;
  readonly bodyBytes: number;
  /** Added to every call of the broker. */
  readonly callMs: number;
  /** Messages in flight at most; of `produce`, connections. */
  readonly atOnce: number;
}

const DRAIN = {
  kind: 'drain',
  work: 'none',
  messages: 20_000,
  warmup: 150_000,
  bodyBytes: 0,
  callMs: 0,
  atOnce: 100,
} as const;
const PRODUCE = { ...DRAIN, kind: 'produce' } as const;

export const WORKLOADS: readonly Workload[] = [
  { ...DRAIN, name: 'no-op', title: 'Nothing to do', messages: 50_000 },
  { ...DRAIN, name: 'exponential', title: '20 ms each, exponential', work: 'exponential-20ms' },
  // 40 in flight: fewer than a core can carry, so that the limit is what counts.
  {
    ...DRAIN,
    name: 'one-slow',
    title: 'One in a hundred takes 2 s; 40 in flight',
    work: 'one-in-a-hundred-2s',
    atOnce: 40,
  },
  { ...DRAIN, name: 'large', title: 'Bodies of 64 KiB', messages: 5_000, warmup: 15_000, bodyBytes: 65_536 },
  { ...DRAIN, name: 'network', title: '15 ms added to every call', messages: 10_000, warmup: 20_000, callMs: 15 },
  { ...DRAIN, name: 'backlog', title: 'A backlog of 100,000', messages: 100_000, warmup: 20_000 },
  { ...DRAIN, name: 'recording', title: 'What recording a result costs', kind: 'record' },
  { ...DRAIN, name: 'paced', title: '50 a second arrive', kind: 'paced', messages: 500, warmup: 500 },
  { ...DRAIN, name: 'idle', title: 'An empty queue', kind: 'idle', messages: 0, warmup: 0 },
  // Measured for 2 s, its rounds differed by half.
  {
    ...PRODUCE,
    name: 'produce-50',
    title: 'POST a job, 50 connections',
    messages: 60_000,
    warmup: 100_000,
    atOnce: 50,
  },
  { ...PRODUCE, name: 'produce-1', title: 'POST a job, one connection', messages: 5_000, warmup: 5_000, atOnce: 1 },
  { ...DRAIN, name: 'start', title: 'Start to first poll', kind: 'start', messages: 0, warmup: 0 },
];

/** The least seconds in which this many handlers can do these jobs in their order, if nothing else took time. */
export function leastSeconds({ work, atOnce }: Workload, seed: number, messages: number): number {
  const freeAt = new Float64Array(atOnce);
  for (let input = 0; input < messages; input += 1) {
    const ms = workMs(work, seed, input);
    if (ms === 0) continue;
    const slot = freeAt.indexOf(Math.min(...freeAt));
    freeAt[slot] = (freeAt[slot] ?? 0) + ms;
  }
  return Math.max(...freeAt) / 1_000;
}
