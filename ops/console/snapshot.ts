import { findFailures } from '../jobs/failures';
import { type FailedJob } from '../jobs/failed-job';
import { likeness } from '../jobs/groups';
import { type Letter } from '../jobs/letter';
import { MASK, maskText } from '../jobs/mask';
import { type Workplace } from '../jobs/workplace';
import { type SeenJob } from './search';

/** Limits what all bodies of a snapshot take together. Letters that do not fit in are kept without theirs. */
const KEPT_BYTES = 64 * 1_048_576;
const MASKED = { DataType: 'String', StringValue: MASK };
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

export interface SnapshotOptions {
  readonly signal: AbortSignal;
  /** Fields that are masked before anything is kept, so that no page and no search can reach them. */
  readonly masked: readonly string[];
  readonly keptBytes?: number;
}

/** Reads the records and the dead-letter queue once. */
export async function takeSnapshot(
  place: Workplace,
  { signal, masked, keptBytes = KEPT_BYTES }: SnapshotOptions,
): Promise<Found> {
  const letters = new Map<string, Letter>();
  let room = keptBytes;
  const onLetter = ({ letter }: { readonly letter: Letter }): void => {
    const bytes = Buffer.byteLength(letter.body);
    const fits = bytes <= room;
    if (fits) room -= bytes;
    letters.set(letter.messageId, maskedLetter(fits ? letter : { ...letter, body: '' }, masked));
  };
  const { jobs, hidden } = await findFailures(place, {}, { signal, onLetter });
  return { entries: jobs.map((job) => toEntry(job, letters.get(job.letter ?? ''))), hidden };
}

/** Without what may not be shown; a body that was not kept stays empty. */
export const maskedLetter = (letter: Letter, fields: readonly string[]): Letter => ({
  ...letter,
  body: letter.body === '' ? '' : maskText(letter.body, fields),
  attributes: Object.fromEntries(
    Object.entries(letter.attributes).map(([name, value]) => [name, fields.includes(name) ? MASKED : value]),
  ),
});

function toEntry(job: FailedJob, letter: Letter | undefined): Entry {
  const like = likeness(job.error).slice(0, ERROR_LENGTH);
  return {
    key: job.letter ?? job.id,
    job: { ...job, error: job.error.slice(0, ERROR_LENGTH), like },
    ...(letter && { letter }),
    body: letter?.body ?? '',
  };
}
