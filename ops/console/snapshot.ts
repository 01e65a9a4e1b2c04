import { findFailures } from '../jobs/failures';
import { type Case, type FailedJob } from '../jobs/failed-job';
import { likeness } from '../jobs/groups';
import { type Letter } from '../jobs/letter';
import { maskLetter } from '../jobs/mask';
import { bytesOf } from '../jobs/outgoing';
import { type Workplace } from '../jobs/workplace';
import { type SeenJob } from './search';

/** Limits what bodies, attributes and errors of a snapshot take together. Letters that do not fit in are kept without them. */
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

export interface SnapshotOptions {
  readonly signal: AbortSignal;
  /** Fields that are masked before anything is kept, so that no page and no search can reach them. */
  readonly masked: readonly string[];
  readonly keptBytes?: number;
}

/** Goes once through the records and the dead-letter queue. */
export async function takeSnapshot(
  place: Workplace,
  { signal, masked, keptBytes = KEPT_BYTES }: SnapshotOptions,
): Promise<Found> {
  const letters = new Map<string, Letter>();
  let room = keptBytes;
  const onLetter = ({ letter }: Case): void => {
    const bytes = bytesOf(letter) + Buffer.byteLength(letter.why.error ?? '');
    const fits = bytes <= room;
    if (fits) room -= bytes;
    letters.set(letter.messageId, fits ? maskLetter(letter, masked) : bare(letter));
  };
  const { jobs, hidden } = await findFailures(place, {}, { signal, onLetter });
  return { entries: jobs.map((job) => toEntry(job, letters.get(job.letter ?? ''))), hidden };
}

/** Without what may be large. */
function bare({ why, ...letter }: Letter): Letter {
  const { error, ...rest } = why;
  return { ...letter, body: '', attributes: {}, why: { ...rest, ...(error !== undefined && { error: cut(error) }) } };
}

/** A copy: a slice would keep the whole text in memory. */
const cut = (text: string): string =>
  text.length <= ERROR_LENGTH ? text : Buffer.from(text.slice(0, ERROR_LENGTH), 'utf16le').toString('utf16le');

function toEntry(job: FailedJob, letter: Letter | undefined): Entry {
  const like = cut(likeness(job.error));
  return {
    key: job.letter ?? job.id,
    job: { ...job, error: cut(job.error), like },
    ...(letter && { letter }),
    body: letter?.body ?? '',
  };
}
