import { findFailures } from '../jobs/failures';
import { type FailedJob } from '../jobs/failed-job';
import { likeness } from '../jobs/groups';
import { type Letter } from '../jobs/letter';
import { type Workplace } from '../jobs/workplace';
import { type SeenJob } from './search';

/** Limits what all bodies of a snapshot take together. Letters that do not fit in are kept without theirs. */
const KEPT_BYTES = 64 * 1_048_576;
/** Limits an error in lists and searches; the page of a job has all of it. */
const ERROR_LENGTH = 500;

/** A failure as a snapshot keeps it. */
export interface Entry {
  /** Its letter's MessageId, or the job's id where it has no letter. */
  readonly key: string;
  readonly job: SeenJob;
  readonly letter?: Letter;
  /** The letter's; empty where there was no room. */
  readonly body: string;
}

/** What one look found. */
export interface Found {
  /** Newest first. */
  readonly entries: readonly Entry[];
  readonly hidden: number;
}

/** Goes once through the records and the dead-letter queue. */
export async function takeSnapshot(place: Workplace, signal: AbortSignal): Promise<Found> {
  const letters = new Map<string, Letter>();
  let room = KEPT_BYTES;
  const { jobs, hidden } = await findFailures(
    place,
    {},
    {
      signal,
      onLetter: ({ letter }) => {
        const bytes = Buffer.byteLength(letter.body);
        const fits = bytes <= room;
        if (fits) room -= bytes;
        letters.set(letter.messageId, fits ? letter : { ...letter, body: '' });
      },
    },
  );
  return { entries: jobs.map((job) => toEntry(job, letters.get(job.letter ?? ''))), hidden };
}

function toEntry(job: FailedJob, letter: Letter | undefined): Entry {
  const like = likeness(job.error).slice(0, ERROR_LENGTH);
  return {
    key: job.letter ?? job.id,
    job: { ...job, error: job.error.slice(0, ERROR_LENGTH), like },
    ...(letter && { letter }),
    body: letter?.body ?? '',
  };
}
