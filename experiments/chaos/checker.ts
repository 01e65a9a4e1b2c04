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
  const wishes = byNumber(history.publishes);
  const effects = countBy(history.ledger, ({ number }) => number);
  const impostors = new Set<number | string>(history.impostors);

  const [rivals = [], letters = []] = [true, false].map((rival) =>
    history.deadLetters.filter(
      (letter) => (letter.reason === 'conflict' && impostors.has(subjectOf(letter))) === rival,
    ),
  );
  const conflicts = new Set(rivals.map(subjectOf));
  const dead = new Set(letters.map(subjectOf));
  const settled = (number: number): boolean => (number > 0 && effects.has(number)) || dead.has(number);
  const certain = [...wishes].filter(([, knowledge]) => knowledge === 'ok').map(([number]) => number);
  const runs = countBy(
    history.journal.filter((entry) => entry.kind === 'run' && entry.number > 0),
    (entry) => (entry.kind === 'run' ? entry.number : NaN),
  );
  return {
    published: knowledgeOf(wishes),
    recovered: [...wishes].filter(([number, knowledge]) => knowledge === 'unknown' && effects.has(number)).length,
    lost: [
      ...certain.filter((number) => !settled(number)).map((number) => `job ${number}`),
      ...history.impostors.filter((number) => !conflicts.has(number)).map((number) => `impostor of job ${number}`),
      ...history.malformed.filter((body) => !dead.has(body)).map((body) => `malformed "${body}"`),
    ],
    phantom: [...effects.keys()].filter((number) => isPhantom(number, wishes)).map((number) => `job ${number}`),
    doubled: [...effects].filter(([, count]) => count > 1).map(([number, count]) => `job ${number}: ${count}`),
    healthyDead: letters.filter((letter) => Number(subjectOf(letter)) >= 0).map(describe),
    overtaken: overtaken(history),
    disagreements: recorded ? disagreements(history) : [],
    effects: histogram(effects.values()),
    runs: histogram(runs.values()),
    absorbed: absorbedIn(history),
    deadLetters: Object.fromEntries(countBy(history.deadLetters, ({ reason }) => reason ?? 'moved by SQS')),
  };
}

/** What is known of each number: one try that is certain makes it certain, one that is unknown leaves it so. */
function byNumber(publishes: readonly Publish[]): Map<number, Knowledge> {
  const known = new Map<number, Knowledge>();
  for (const { number, knowledge } of publishes) {
    const before = known.get(number) ?? 'failed';
    if (before !== 'ok' && knowledge !== 'failed') known.set(number, knowledge);
    else known.set(number, before);
  }
  return known;
}

const isPhantom = (number: number, wishes: ReadonlyMap<number, Knowledge>): boolean =>
  number <= 0 || (wishes.get(number) ?? 'failed') === 'failed';

const describe = (letter: DeadLetterFound): string => `job ${subjectOf(letter)}: ${letter.reason ?? 'moved by SQS'}`;

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
