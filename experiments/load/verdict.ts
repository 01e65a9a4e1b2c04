import { isDeepStrictEqual } from 'node:util';
import { ASKED_JOB } from '../rig/asked-job';
import { type Handover, type Summary } from './k6-output';
import { type Outcome } from './outcomes';
import { type Depths } from './pair';

/** Everything known once the run is over. */
export interface End extends Handover, Summary {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly depths: Depths | undefined;
  /** Whether our own pair drained and ended with 0. */
  readonly stoppedWell: boolean;
}

type StatedOutcome = Outcome | { readonly state: 'never asked'; readonly why: string };

const NEVER_ASKED: StatedOutcome = { state: 'never asked', why: 'never asked' };

const jobs = (count: number): string => `${count} accepted job${count === 1 ? '' : 's'}`;

/** What did not hold, a sentence each: k6's thresholds, and that every accepted job is done, once, and nothing is left. */
export function faultsOf(end: End): string[] {
  return [
    ...end.thresholds.filter(({ ok }) => !ok).map(({ name }) => `The threshold ${name} did not hold.`),
    ...handoverFaults(end),
    ...outcomeFaults(end),
    ...queueFaults(end),
  ];
}

function handoverFaults({ accepted, jobs: handed, strays }: End): string[] {
  const faults: string[] = [];
  const distinct = new Set(handed.map(({ id }) => id)).size;
  if (strays.length > 0) faults.push(`k6 wrote ${strays.length} lines that are no job, such as "${strays[0] ?? ''}".`);
  if (handed.length !== accepted) {
    faults.push(`k6 counted ${jobs(accepted)} but wrote ${handed.length} down, so not all can be asked after.`);
  }
  if (distinct !== handed.length) faults.push(`${handed.length - distinct} ids were given out twice.`);
  return faults;
}

function outcomeFaults({ jobs: handed, outcomes }: End): string[] {
  const stated = handed.map((job) => ({ ...job, outcome: outcomes.get(job.id) ?? NEVER_ASKED }));
  const unfinished = stated.filter(({ outcome }) => outcome.state === 'open' || outcome.state === 'never asked');
  const failed = stated.filter(({ outcome }) => outcome.state === 'failed');
  const wrong = stated.filter(
    ({ outcome }) => outcome.state === 'done' && !isDeepStrictEqual(outcome.result, ASKED_JOB.result),
  );
  const faults: string[] = [];
  const example = ([first]: typeof stated): string =>
    first && 'why' in first.outcome ? `, such as ${first.id} (${first.outcome.why})` : `, such as ${first?.id ?? ''}`;
  if (unfinished.length > 0) faults.push(`${jobs(unfinished.length)} not done${example(unfinished)}.`);
  if (failed.length > 0) faults.push(`${jobs(failed.length)} dead-lettered${example(failed)}.`);
  if (wrong.length > 0) faults.push(`${jobs(wrong.length)} with a wrong result${example(wrong)}.`);
  return faults;
}

function queueFaults({ depths, stoppedWell }: End): string[] {
  const faults: string[] = [];
  const { waiting = 0, deadLetters = 0 } = depths ?? {};
  if (waiting > 0) faults.push(`${waiting} messages are left in the queue.`);
  if (deadLetters > 0) faults.push(`${deadLetters} messages are in the dead-letter queue.`);
  if (!stoppedWell) faults.push('The pair did not drain and end with 0.');
  return faults;
}
