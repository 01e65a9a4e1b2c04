import { type Peer } from './peers';
import { type Workload } from './workload';

export interface Planned {
  readonly workload: Workload;
  readonly round: number;
  /** One after the other; of `idle` side by side. */
  readonly peers: readonly Peer[];
}

/** Starts are short and vary, so there are always as many as the target asks medians of. */
const STARTS = 11;

const roundsOf = ({ kind }: Workload, rounds: number): number =>
  kind === 'idle' ? 1 : kind === 'start' ? STARTS : rounds;

/** Peers interleaved within each round, every other round the other way round. */
export function planOf(workloads: readonly Workload[], peers: readonly Peer[], rounds: number): Planned[] {
  return workloads.flatMap((workload) => {
    const own = peers.filter(({ kinds, not = [] }) => kinds.includes(workload.kind) && !not.includes(workload.name));
    return Array.from({ length: roundsOf(workload, rounds) }, (_, index) => ({
      workload,
      round: index + 1,
      peers: index % 2 === 0 ? own : own.toReversed(),
    }));
  });
}
