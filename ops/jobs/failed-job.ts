import { DEFAULT_TYPE } from '../../contract/job';
import { type JobRecord, type RecordState } from '../../results/records';
import { type Letter } from './letter';

/** A dead letter that is held: by whom, why and since when (ISO 8601). */
export interface Held {
  readonly who: string;
  readonly note?: string;
  readonly at: string;
}

/** A dead letter with what the store knows of its job. */
export interface Case {
  readonly letter: Letter;
  readonly record: JobRecord | undefined;
  readonly held?: Held | undefined;
}

/**
 * Whether a letter was left in its queue when its job was sent again: what becomes of the job is not decided by it. A
 * letter that SQS moved by itself has no reason, and its record was left as it was.
 */
export const wasSentAgain = ({ letter, record }: Case): boolean =>
  letter.why.reason !== undefined && (record?.state === 'accepted' || record?.state === 'failing');

/** A job that failed, as its record and its dead letter know it together. */
export interface FailedJob {
  readonly id: string;
  readonly type: string;
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  /** When it failed, ISO 8601. */
  readonly at: string;
  /** Of the record; `none` where there is no record. */
  readonly state: RecordState | 'none';
  /** The dead letter's MessageId; none where it was not found in the queue. */
  readonly letter?: string;
  /** How often its dead letter was sent to its queue again before: it failed again each time. */
  readonly retries?: number;
  readonly held?: Held;
}

/** On letters that SQS moved by its redrive policy. */
const REDRIVEN = 'redriven';

/** The letter takes precedence: the record may have another failure of the same job. */
export function describeCase({ letter, record, held }: Case): FailedJob {
  const { why, jobId: id, type, messageId } = letter;
  const known = record?.state === 'failed' ? describeRecord(record) : redriven(letter);
  const job: FailedJob = {
    ...known,
    id,
    type,
    ...(why.reason !== undefined && { reason: why.reason, error: why.error ?? '', attempts: why.attempts ?? 0 }),
    ...(why.lastAt !== undefined && { at: why.lastAt }),
    state: record?.state ?? 'none',
    letter: messageId,
    ...(why.retries !== undefined && { retries: why.retries }),
  };
  return withHeld(job, held);
}

export const withHeld = (job: FailedJob, held: Held | undefined): FailedJob => (held ? { ...job, held } : job);

const redriven = ({ sentAt }: Letter): Pick<FailedJob, 'reason' | 'error' | 'attempts' | 'at'> => ({
  reason: REDRIVEN,
  error: 'SQS moved it, or it had no room for the reason; nothing here says why',
  attempts: 0,
  at: new Date(sentAt).toISOString(),
});

export const describeRecord = (record: JobRecord): FailedJob => ({
  id: record.id,
  type: record.type ?? DEFAULT_TYPE,
  reason: record.reason ?? '',
  error: record.lastError ?? '',
  attempts: record.attempts,
  at: new Date(record.updatedAt).toISOString(),
  state: record.state,
});

/** Which failed jobs: those that match everything given here. */
export interface Filter {
  readonly ids?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly type?: string | undefined;
  /** Failed then or later; milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** In the error or in the body, in upper or lower case. */
  readonly text?: string | undefined;
  /** Held or not. */
  readonly held?: boolean | undefined;
}

/** `body` is the letter's, or the record's input as JSON. */
export function matches(job: FailedJob, body: string, filter: Filter): boolean {
  const { ids, reason, type, since, text, held } = filter;
  return (
    (ids === undefined || ids.includes(job.id)) &&
    (reason === undefined || job.reason === reason) &&
    (type === undefined || job.type === type) &&
    (held === undefined || held === (job.held !== undefined)) &&
    (since === undefined || Date.parse(job.at) >= since) &&
    (text === undefined || `${job.error}\n${body}`.toLowerCase().includes(text.toLowerCase()))
  );
}
