import { type Firing, NEMESES, type NemesisName } from './nemesis';
import { Random } from '../rig/random';

export interface PlanOptions {
  readonly seed: number;
  readonly jobs: number;
  readonly nemeses: readonly NemesisName[];
  /** Whether the store is reached over a network, that can fail too. */
  readonly remoteStore: boolean;
  /** Whether jobs come in groups. */
  readonly fifo: boolean;
}

/** A job to be asked for. */
export interface Wish {
  /** Milliseconds from the begin of the run. */
  readonly at: number;
  /** No other wish has it; below 0 for poison, whose runs all fail. */
  readonly number: number;
  readonly group?: string;
  /** With one it is asked for again until it is taken. */
  readonly idempotencyKey?: string;
}

/** A message that is no job, put on the queue by hand. */
export interface Malformed {
  readonly at: number;
  readonly body: string;
  readonly group?: string;
}

/** All that a seed decides: the same options, the same plan. */
export interface Plan {
  /** How long jobs are asked for. */
  readonly lastsMs: number;
  readonly wishes: readonly Wish[];
  readonly malformed: readonly Malformed[];
  readonly firings: readonly Firing[];
  /** How often each nemesis fires. */
  readonly rounds: number;
}

/**
 * Jobs asked for in a second. DynamoDB Local, beside everything else, takes 60. Twenty groups that do one job at a time
 * get through 40, fewer while something goes wrong.
 */
const MAX_PER_SECOND = { local: 100, remote: 60, fifo: 25 };
/** Groups of a FIFO queue: few, so that jobs wait behind one another and a receive can bring several of one group. */
const GROUPS = 20;
const FULL_RUN_JOBS = 5_000;
const SHORT_RUN_JOBS = 1_000;
const FULL_ROUNDS = 3;

const POISON_SHARE = 0.01;
const KEYED_SHARE = 1 / 3;
const MALFORMED = { share: 0.002, least: 3 };
/** Poison comes early: the backoffs between its five runs can add up to 30 s, beside what the nemeses take. */
const POISON_BACKOFF_MS = 40_000;
const POISON_UNTIL = { least: 0.3, most: 0.8 };

/** Nemeses of this lane take turns in two, so that two networks fail at once. */
const NETWORK_LANES = 2;
/** What a lane is not busy. */
const SLACK = 1.25;
/** What a firing takes beyond its own time: starts of processes, drains. */
const OVERHEAD_MS = { process: 2_500, network: 300, store: 500 };

export function makePlan(options: PlanOptions): Plan {
  const { seed, jobs } = options;
  const random = new Random(seed);
  const rounds = jobs < SHORT_RUN_JOBS ? 1 : Math.max(FULL_ROUNDS, Math.round((FULL_ROUNDS * jobs) / FULL_RUN_JOBS));
  const lanes = makeLanes(options, rounds, random);
  const busiest = Math.max(0, ...lanes.map(busyMs));
  const lastsMs = Math.ceil(Math.max((jobs / perSecond(options)) * 1_000, busiest * SLACK));
  const firings = lanes.flatMap((lane) => spread(lane, lastsMs, random)).sort((one, other) => one.at - other.at);
  return {
    lastsMs,
    firings,
    rounds,
    wishes: makeWishes(options, lastsMs, random),
    malformed: makeMalformed(options, lastsMs),
  };
}

function perSecond({ fifo, remoteStore }: PlanOptions): number {
  if (fifo) return MAX_PER_SECOND.fifo;
  return remoteStore ? MAX_PER_SECOND.remote : MAX_PER_SECOND.local;
}

type Unplaced = Omit<Firing, 'at'>;

const takesMs = ({ nemesis, lastsMs }: Unplaced): number => lastsMs + OVERHEAD_MS[NEMESES[nemesis].lane];
const busyMs = (lane: readonly Unplaced[]): number => lane.reduce((sum, firing) => sum + takesMs(firing), 0);

function makeLanes({ nemeses, remoteStore }: PlanOptions, rounds: number, random: Random): Unplaced[][] {
  const all = nemeses.flatMap((nemesis) =>
    Array.from({ length: rounds }, () => makeFiring(nemesis, remoteStore, random)),
  );
  const ofLane = (lane: string): Unplaced[] =>
    random.shuffled(all.filter(({ nemesis }) => NEMESES[nemesis].lane === lane));
  const network = ofLane('network');
  const networks = Array.from({ length: NETWORK_LANES }, (_, turn) =>
    network.filter((_firing, index) => index % NETWORK_LANES === turn),
  );
  return [ofLane('process'), ...networks, ofLane('store')];
}

function makeFiring(nemesis: NemesisName, remoteStore: boolean, random: Random): Unplaced {
  const { lasts, targets } = NEMESES[nemesis];
  const [least, most] = lasts;
  const both = remoteStore && ['blackhole', 'reset', 'slow', 'throttle'].includes(nemesis);
  return {
    nemesis,
    lastsMs: random.whole(least, most),
    target: random.pick(targets),
    before: both && random.chance(1 / 3) ? 'store' : 'broker',
    seed: random.whole(0, 2 ** 31),
  };
}

/** One after the other, with pauses of random length in between that fill the time. */
function spread(lane: readonly Unplaced[], lastsMs: number, random: Random): Firing[] {
  const pauses = lane.map(() => random.next() + 0.1);
  const total = pauses.reduce((sum, pause) => sum + pause, 0) + 0.1;
  const idleMs = Math.max(0, lastsMs - busyMs(lane));
  let at = 0;
  return lane.map((firing, index) => {
    at += ((pauses[index] ?? 0) / total) * idleMs;
    const placed = { ...firing, at: Math.round(at) };
    at += takesMs(firing);
    return placed;
  });
}

function makeWishes({ seed, jobs, fifo }: PlanOptions, lastsMs: number, random: Random): Wish[] {
  const { least, most } = POISON_UNTIL;
  const until = Math.min(most, Math.max(least, 1 - POISON_BACKOFF_MS / lastsMs));
  return Array.from({ length: jobs }, (_, index) => {
    const at = Math.floor(((index + random.next()) / jobs) * lastsMs);
    const poison = at < lastsMs * until && random.chance(POISON_SHARE / until);
    const number = poison ? -(index + 1) : index + 1;
    const group = fifo && { group: `${random.whole(1, GROUPS)}` };
    return { at, number, ...group, ...(random.chance(KEYED_SHARE) && { idempotencyKey: `chaos-${seed}-${number}` }) };
  });
}

function makeMalformed({ jobs, fifo }: PlanOptions, lastsMs: number): Malformed[] {
  const count = Math.max(MALFORMED.least, Math.round(jobs * MALFORMED.share));
  return Array.from({ length: count }, (_, index) => ({
    at: Math.floor(((index + 0.5) / count) * lastsMs),
    body: `no job ${index + 1}`,
    ...(fifo && { group: `${(index % GROUPS) + 1}` }),
  }));
}
