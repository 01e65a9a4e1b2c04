import { type DeadLetterFound, type History, type Knowledge, type Publish, subjectOf } from './history';
import { disagreements } from './agreement';
import { overtaken } from './order';

/** What a history comes to; Jepsen's total-queue, with effects counted. Lists hold what is wrong, a word each. */
export interface Verdict {
  readonly published: Readonly<Record<Knowledge, number>>;
  /** Unknown publishes of healthy jobs that took effect. */
  readonly recovered: number;
  /** Published for certain, and neither an effect nor a dead letter. */
  readonly lost: readonly string[];
  /** Effects of what was never published, failed for certain, or always fails. */
  readonly phantom: readonly string[];
  /** Jobs with more than one effect. */
  readonly doubled: readonly string[];
  /** Dead letters of jobs that nothing ails. */
  readonly healthyDead: readonly string[];
  /** Jobs whose effect came after that of a later job of their group. */
  readonly overtaken: readonly string[];
  /** Where records, ledger and dead letters do not agree. */
  readonly disagreements: readonly string[];
  /** Jobs by number of effects. */
  readonly effects: Readonly<Record<number, number>>;
  /** Healthy jobs by number of runs. */
  readonly runs: Readonly<Record<number, number>>;
  readonly absorbed: Absorbed;
  readonly deadLetters: Readonly<Record<string, number>>;
}

/** Duplicates that took no effect. */
export interface Absorbed {
  /** Deliveries deleted without a run, their job being done. */
  readonly deleted: number;
  /** Runs that found the effect recorded. */
  readonly repeats: number;
}

export function check(history: History, recorded = true): Verdict {
  const wishes = byInput(history.publishes);
  const effects = countBy(history.ledger, ({ input }) => input);
  const dead = new Set(history.deadLetters.map(subjectOf));
  const settled = (input: number): boolean => (input > 0 && effects.has(input)) || dead.has(String(input));
  const certain = [...wishes].filter(([, knowledge]) => knowledge === 'ok').map(([input]) => input);
  const runs = countBy(
    history.journal.filter((entry) => entry.kind === 'run' && entry.input > 0),
    (entry) => (entry.kind === 'run' ? entry.input : NaN),
  );
  return {
    published: knowledgeOf(wishes),
    recovered: [...wishes].filter(([input, knowledge]) => knowledge === 'unknown' && effects.has(input)).length,
    lost: [
      ...certain.filter((input) => !settled(input)).map((input) => `input ${input}`),
      ...history.malformed.filter((body) => !dead.has(body)).map((body) => `malformed "${body}"`),
    ],
    phantom: [...effects.keys()].filter((input) => isPhantom(input, wishes)).map((input) => `input ${input}`),
    doubled: [...effects].filter(([, count]) => count > 1).map(([input, count]) => `input ${input}: ${count}`),
    healthyDead: history.deadLetters.filter((letter) => Number(subjectOf(letter)) >= 0).map(describe),
    overtaken: overtaken(history),
    disagreements: recorded ? disagreements(history) : [],
    effects: histogram(effects.values()),
    runs: histogram(runs.values()),
    absorbed: absorbedIn(history),
    deadLetters: Object.fromEntries(countBy(history.deadLetters, ({ reason }) => reason ?? 'moved by SQS')),
  };
}

/** What is known of each input: one try that is certain makes it certain, one that is unknown leaves it so. */
function byInput(publishes: readonly Publish[]): Map<number, Knowledge> {
  const known = new Map<number, Knowledge>();
  for (const { input, knowledge } of publishes) {
    const before = known.get(input) ?? 'failed';
    if (before !== 'ok' && knowledge !== 'failed') known.set(input, knowledge);
    else known.set(input, before);
  }
  return known;
}

const isPhantom = (input: number, wishes: ReadonlyMap<number, Knowledge>): boolean =>
  input <= 0 || (wishes.get(input) ?? 'failed') === 'failed';

const describe = (letter: DeadLetterFound): string => `input ${subjectOf(letter)}: ${letter.reason ?? 'moved by SQS'}`;

function knowledgeOf(wishes: ReadonlyMap<number, Knowledge>): Record<Knowledge, number> {
  const counts = { ok: 0, failed: 0, unknown: 0 };
  for (const knowledge of wishes.values()) counts[knowledge] += 1;
  return counts;
}

function absorbedIn({ journal }: History): Absorbed {
  return {
    deleted: journal.filter((entry) => entry.kind === 'settled' && entry.action === 'delete' && !entry.run).length,
    repeats: journal.filter((entry) => entry.kind === 'once' && entry.outcome === 'repeat').length,
  };
}

function countBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

const histogram = (counts: Iterable<number>): Record<number, number> =>
  Object.fromEntries([...countBy(counts, (count) => count)].sort(([one], [other]) => one - other));
