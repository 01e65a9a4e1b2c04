import { median } from '../rig/cli/report';
import { type Ceiling } from './peers';
import { type FigureName, type Run } from './run';

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Peers to measure against, by name. */
export type Ceilings = Readonly<Record<Ceiling, ReadonlySet<string>>>;

/** What the rounds of a peer on a workload come to. Invalid runs count for nothing but `invalid`. */
export interface Summary {
  readonly workload: string;
  readonly peer: string;
  readonly rounds: number;
  readonly invalid: number;
  readonly figures: Readonly<Partial<Record<FigureName, Spread>>>;
  /** SQS calls per message, by kind: medians. */
  readonly calls: Readonly<Record<string, number>>;
  /**
   * The peer that the ratios are to, on the SDK except for `record`, and each figure divided by its own in the same
   * round.
   */
  readonly reference: string | undefined;
  readonly ratios: Readonly<Partial<Record<FigureName, Spread>>>;
  /** The same, to the loop on the lean path. */
  readonly toLean: Readonly<Partial<Record<FigureName, Spread>>>;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** Known to both runs, and no division by nothing. */
function ratioOf(run: Run, other: Run | undefined, name: FigureName): number | undefined {
  const [value, base] = [run.figures[name], other?.figures[name]];
  return value === undefined || base === undefined || base === 0 ? undefined : value / base;
}

const known = (values: readonly (number | undefined)[]): number[] =>
  values.filter((value) => value !== undefined && Number.isFinite(value)).map(Number);

type Values = Partial<Record<FigureName, Spread>>;

function spreads(
  names: readonly FigureName[],
  valuesOf: (name: FigureName) => readonly (number | undefined)[],
): Values {
  const all: Values = {};
  for (const name of names) {
    const values = known(valuesOf(name));
    if (values.length > 0) all[name] = spreadOf(values);
  }
  return all;
}

const namesIn = (runs: readonly Run[]): FigureName[] =>
  [...new Set(runs.flatMap(({ figures }) => Object.keys(figures)))] as FigureName[];

/** Of the reference peers, the one with the most messages per second. */
function fastest(runs: readonly Run[], references: ReadonlySet<string>): string | undefined {
  const peers = [...new Set(runs.map(({ peer }) => peer))].filter((peer) => references.has(peer));
  const speed = (peer: string): number =>
    median(known(runs.filter((run) => run.peer === peer).map(({ figures }) => figures.perSecond)));
  return peers.toSorted((one, other) => speed(other) - speed(one))[0];
}

function summary(all: readonly Run[], { sdk, lean }: Bases): Summary | undefined {
  const [first] = all;
  if (!first) return undefined;
  const runs = all.filter(({ faults }) => faults.length === 0);
  const names = namesIn(runs);
  const kinds = [...new Set(runs.flatMap(({ calls }) => Object.keys(calls)))];
  const ratiosTo = ({ runOf }: Base): Values =>
    spreads(names, (name) => runs.map((run) => ratioOf(run, runOf.get(run.round), name)));
  return {
    workload: first.workload,
    peer: first.peer,
    rounds: runs.length,
    invalid: all.length - runs.length,
    figures: spreads(names, (name) => runs.map(({ figures }) => figures[name])),
    calls: Object.fromEntries(kinds.map((kind) => [kind, median(runs.map(({ calls }) => calls[kind] ?? 0))])),
    reference: sdk.peer,
    ratios: ratiosTo(sdk),
    toLean: ratiosTo(lean),
  };
}

/** What ratios are to: a peer, and its run in each round. */
interface Base {
  readonly peer: string | undefined;
  readonly runOf: ReadonlyMap<number, Run>;
}

type Bases = Readonly<Record<Ceiling, Base>>;

function baseOf(runs: readonly Run[], references: ReadonlySet<string>): Base {
  const peer = fastest(runs, references);
  return { peer, runOf: new Map(runs.filter((run) => run.peer === peer).map((run) => [run.round, run])) };
}

/** In the order in which workloads and peers first came. */
export function summarize(runs: readonly Run[], ceilingsOf: (workload: string) => Ceilings): Summary[] {
  return [...new Set(runs.map(({ workload }) => workload))].flatMap((workload) => {
    const own = runs.filter((run) => run.workload === workload);
    const valid = own.filter(({ faults }) => faults.length === 0);
    const ceilings = ceilingsOf(workload);
    const bases = { sdk: baseOf(valid, ceilings.sdk), lean: baseOf(valid, ceilings.lean) };
    return [...new Set(own.map(({ peer }) => peer))].flatMap((name) => {
      const one = summary(
        own.filter(({ peer }) => peer === name),
        bases,
      );
      return one ? [one] : [];
    });
  });
}
