import { type Row } from '../rig/cli/terminal';
import { type Verdict } from './checker';
import { type History } from './history';
import { NEMESIS_NAMES } from './nemesis';
import { type Plan } from './plan';

export interface Facts {
  readonly verdict: Verdict;
  readonly history: Pick<History, 'fired'>;
  readonly plan: Plan;
  /** All came to its end before the deadline. */
  readonly rested: boolean;
  /** What processes did that they never should. */
  readonly faults: readonly string[];
}

/** A full run must have put the pair to this test. */
const LEAST_ABSORBED = 50;
const FULL_ROUNDS = 3;

const MAX_NAMED = 5;

const tally = (counts: object): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name}: ${String(count)}`)
    .join(', ') || 'none';

export function summaryOf({ verdict, history }: Facts): Row {
  const { published, recovered, absorbed } = verdict;
  return {
    published: tally(published),
    'unknown that took effect': recovered,
    lost: verdict.lost.length,
    phantom: verdict.phantom.length,
    'jobs with more than one effect': verdict.doubled.length,
    'healthy jobs dead-lettered': verdict.healthyDead.length,
    'overtaken in their group': verdict.overtaken.length,
    'effects: jobs': tally(verdict.effects),
    'runs: jobs': tally(verdict.runs),
    'duplicates absorbed': absorbed.deleted + absorbed.repeats,
    'of them deleted without a run': absorbed.deleted,
    'of them found recorded': absorbed.repeats,
    'dead letters': tally(verdict.deadLetters),
    'stores that disagree': verdict.disagreements.length,
    'nemeses fired': tally(history.fired),
  };
}

/** What is not as it must be, a sentence each. With `once` switched off there must be doubles, and nothing else is asked. */
export function failuresOf(facts: Facts, control: boolean): string[] {
  const { verdict, rested, faults } = facts;
  if (control) return verdict.doubled.length > 0 ? [] : ['with `once` switched off no job took effect twice'];
  return [
    ...named('lost', verdict.lost),
    ...named('phantom', verdict.phantom),
    ...named('with more than one effect', verdict.doubled),
    ...named('healthy and dead-lettered', verdict.healthyDead),
    ...named('overtaken', verdict.overtaken),
    ...named('in disagreement', verdict.disagreements),
    ...(rested ? [] : ['not all jobs came to their end in time']),
    ...faults,
    ...shortcomings(facts),
  ];
}

function named(kind: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const some = items.slice(0, MAX_NAMED).join('; ');
  return [`${items.length} ${kind}: ${some}${items.length > MAX_NAMED ? '; ...' : ''}`];
}

/** Where the run was no test. */
function shortcomings({ verdict, history, plan }: Facts): string[] {
  const planned = NEMESIS_NAMES.filter((name) => plan.firings.some(({ nemesis }) => nemesis === name));
  const rare = planned.filter((name) => (history.fired[name] ?? 0) < plan.rounds);
  const { deleted, repeats } = verdict.absorbed;
  const all = NEMESIS_NAMES.filter((name) => name !== 'broker-kill').every((name) => planned.includes(name));
  const few = all && plan.rounds >= FULL_ROUNDS && deleted + repeats < LEAST_ABSORBED;
  return [
    ...rare.map((name) => `${name} fired ${history.fired[name] ?? 0} times, not ${plan.rounds}`),
    ...(few ? [`only ${deleted + repeats} duplicates were absorbed, not ${LEAST_ABSORBED}`] : []),
  ];
}
