import { deleteLetters } from '../jobs/delete';
import { operator, type Unnoted } from '../jobs/audit';
import { type HoldEnd, holdJobs, releaseLetters } from '../jobs/holds';
import { type PassEnd, type PassOptions } from '../jobs/pass';
import { retryLetters } from '../jobs/retry';
import { type Workplace } from '../jobs/workplace';
import { type Meant, type TaskAction } from './confirmations';
import { type Failures } from './failures';

/** What is to be done, to which letters. */
export interface Work {
  readonly place: Workplace;
  readonly meant: Meant;
  readonly failures: Failures;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** The result. */
export interface WorkEnd extends Unnoted {
  readonly done: number;
  /** Done in part, such as sent but not deleted; none unless given. */
  readonly half?: number;
  /** What became of others, each as a part of a sentence. */
  readonly others: readonly (readonly [count: number, text: string])[];
  readonly ended?: string | undefined;
}

interface Kind {
  /** What is done with each, as a part of a sentence. */
  readonly done: string;
  /** Goes through the dead-letter queue, where one at a time can. */
  readonly receives: boolean;
  readonly work: (work: Work) => Promise<WorkEnd>;
}

const UNDELETED = 'still in the dead-letter queue';

function passOptions({ meant, failures, signal, onProgress }: Work): PassOptions {
  const { letters, named, rate } = meant;
  return {
    filter: named ? { ids: jobIds(meant) } : {},
    confirmed: new Set(letters.map(({ key }) => key)),
    rate,
    signal,
    onProgress,
    onDeleted: (gone) => {
      failures.remove(gone);
    },
  };
}

const jobIds = ({ letters }: Meant): string[] => [...new Set(letters.map(({ jobId }) => jobId))];

const heldBack = ({ held = 0 }: PassEnd) => [held, 'held meanwhile'] as const;

async function retry(work: Work): Promise<WorkEnd> {
  const end = await retryLetters(work.place, passOptions(work));
  const { retried: done, failedAgain, refused, undeleted } = end;
  const others = [
    [failedAgain, 'failed again'],
    [refused.length, `refused (${refused[0]?.why ?? ''})`],
    [undeleted, `sent, but ${UNDELETED}`],
    heldBack(end),
  ] as const;
  return { done, half: undeleted, others, ...ending(end) };
}

async function remove(work: Work): Promise<WorkEnd> {
  const end = await deleteLetters(work.place, passOptions(work));
  const { deleted: done, undeleted } = end;
  return { done, half: undeleted, others: [[undeleted, UNDELETED], heldBack(end)], ...ending(end) };
}

const ending = ({ ended, unnoted }: PassEnd & Unnoted): Pick<WorkEnd, 'ended' | 'unnoted'> => ({
  ...(ended !== undefined && { ended }),
  ...(unnoted !== undefined && { unnoted }),
});

async function hold({ place, meant, failures, ...options }: Work): Promise<WorkEnd> {
  const { note } = meant;
  const ids = jobIds(meant);
  const held = { who: operator(), at: new Date().toISOString(), ...(note !== undefined && { note }) };
  const onChanged = (some: readonly string[]): void => {
    failures.setHeld(some, held);
  };
  return lightly(await holdJobs(place, ids, { ...options, filter: { ids }, note, onChanged }));
}

async function release({ place, meant, failures, ...options }: Work): Promise<WorkEnd> {
  const onChanged = (some: readonly string[]): void => {
    failures.setHeld(some, undefined);
  };
  const end = await releaseLetters(place, { ...options, filter: { ids: jobIds(meant) }, onChanged });
  onChanged(end.missing);
  return lightly(end);
}

const lightly = (end: HoldEnd): WorkEnd => ({
  done: end.changed,
  others: [[end.missing.length, 'not held']],
  ...ending(end),
});

export const KINDS: Readonly<Record<TaskAction, Kind>> = {
  retry: { done: 'sent again', receives: true, work: retry },
  delete: { done: 'deleted', receives: true, work: remove },
  purge: { done: 'deleted', receives: true, work: remove },
  hold: { done: 'held', receives: false, work: hold },
  release: { done: 'released', receives: false, work: release },
};
