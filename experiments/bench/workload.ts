import { Random } from '../chaos/random';

/** What the handler of a job does beside nothing. */
export type Work = 'none' | 'exponential-20ms' | 'one-in-a-hundred-2s';

const MEAN_MS = 20;
const SLOW = { share: 0.01, ms: 2_000 };

/** Milliseconds that the job with this input takes: the same for every peer of a round. */
export function workMs(work: Work, seed: number, input: number): number {
  if (work === 'none') return 0;
  const drawn = new Random(Math.imul(seed, 31) + input).next();
  return work === 'exponential-20ms' ? -MEAN_MS * Math.log(1 - drawn) : drawn < SLOW.share ? SLOW.ms : 0;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly work: Work;
  /** For the peers that do it at full speed; others get their share. */
  readonly messages: number;
  readonly bodyBytes: number;
  /** Added to every call of the broker. */
  readonly callMs: number;
}

const PLAIN = { work: 'none', messages: 20_000, bodyBytes: 0, callMs: 0 } as const;

export const WORKLOADS: readonly Workload[] = [
  { ...PLAIN, name: 'no-op', title: 'nothing to do' },
  { ...PLAIN, name: 'exponential', title: '20 ms each, exponential', work: 'exponential-20ms' },
  { ...PLAIN, name: 'one-slow', title: 'one in a hundred takes 2 s', work: 'one-in-a-hundred-2s', messages: 10_000 },
  { ...PLAIN, name: 'large', title: 'bodies of 64 KiB', messages: 4_000, bodyBytes: 65_536 },
  { ...PLAIN, name: 'network', title: '15 ms added to every call', messages: 10_000, callMs: 15 },
  { ...PLAIN, name: 'backlog', title: 'a backlog of 100,000', messages: 100_000 },
];
