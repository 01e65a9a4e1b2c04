import type { Job } from '../contract/job';
import { RecordRefused } from './errors';
import { payloadHash } from './payload-hash';
import type { Attempted, BegunRun, Claim, FailedRun, Failure, JobRecord, LeaseAnswer, OnceAnswer } from './records';

/**
 * The states of a record as pure functions: given what the store holds, what the caller is answered and
 * what, if anything, is to be written. A record that can never be is a `RecordRefused`. A store runs each between its read and its write, atomically.
 */
export interface Transition<Answer> {
  readonly answer: Answer;
  readonly write?: JobRecord;
}

type Held = JobRecord | undefined;

const otherPayload = (held: Held, hash: string): boolean => held?.hash !== undefined && held.hash !== hash;

/** What outlives every state. */
const kept = (held: Held): Pick<JobRecord, 'hash' | 'input' | 'group' | 'lease'> => ({
  ...(held?.hash !== undefined && { hash: held.hash }),
  ...(held?.input !== undefined && { input: held.input }),
  ...(held?.group !== undefined && { group: held.group }),
  ...(held?.lease !== undefined && { lease: held.lease }),
});

type Errors = Pick<JobRecord, 'lastError' | 'publicError'>;

const errorsOf = (held: Pick<Failure, 'lastError' | 'publicError'> | undefined): Errors => ({
  ...(held?.lastError !== undefined && { lastError: held.lastError }),
  ...(held?.publicError !== undefined && { publicError: held.publicError }),
});

const movedMessageOf = (held: Pick<JobRecord, 'movedMessage'> | undefined): Pick<JobRecord, 'movedMessage'> =>
  held?.movedMessage === undefined ? {} : { movedMessage: held.movedMessage };

/** No note is no field: a job that was never noted has none either. */
const notes = (begun: number): Pick<JobRecord, 'begun'> => (begun > 0 ? { begun } : {});

/** What is delivered of this message now is left over: its dead letter was sent. */
const wasMoved = (held: Held, messageId: string | undefined): boolean =>
  held?.state === 'failed' && held.movedMessage !== undefined && held.movedMessage === messageId;

/** A job without a record has no past, nor has one that `failed` and was retried by somebody. */
const pastOf = (held: Held): Pick<JobRecord, 'attempts' | 'begun'> & Errors =>
  held === undefined || held.state === 'failed' ? { attempts: 0 } : held;

/** A record without a hash was written by the consumer, so its job was sent. */
export function claiming(
  held: Held,
  claimed: { readonly job: Job; readonly group: string | undefined },
  now: number,
): Transition<Claim> {
  const { job, group } = claimed;
  const hash = payloadHash(job);
  if (otherPayload(held, hash)) return { answer: 'conflict' };
  if (held !== undefined) {
    if (held.group !== group) return { answer: 'conflict' };
    return { answer: held.state === 'claimed' ? 'repeat' : 'sent' };
  }
  const { id, input } = job;
  const write: JobRecord = { id, input, state: 'claimed', hash, attempts: 0, updatedAt: now };
  return { answer: 'fresh', write: group === undefined ? write : { ...write, group } };
}

export function accepting(held: Held, now: number): Transition<undefined> {
  if (held?.state !== 'claimed') return { answer: undefined };
  return { answer: undefined, write: { ...held, state: 'accepted', updatedAt: now } };
}

/** What cannot be JSON cannot be recorded. */
function assertJson(result: unknown): void {
  if (typeof result === 'number' && !Number.isFinite(result))
    throw new RecordRefused(`A result is a finite number, not ${result}; correct the work`);
}

/** A payload other than the one claimed is a conflict too, even if that one has not run yet. */
export function recording(
  held: Held,
  done: { readonly job: Job; readonly result: unknown; readonly token?: number | undefined },
  now: number,
): Transition<OnceAnswer> {
  const { job, result, token } = done;
  assertJson(result);
  const hash = payloadHash(job);
  if (otherPayload(held, hash)) return { answer: { outcome: 'conflict' } };
  if (held?.state === 'done') {
    return { answer: { outcome: 'repeat', ...(held.result !== undefined && { result: held.result }) } };
  }
  if (token !== undefined && held?.lease?.token !== token) return { answer: { outcome: 'lost' } };
  const write: JobRecord = {
    ...kept(held),
    id: job.id,
    state: 'done',
    hash,
    attempts: held?.attempts ?? 0,
    input: job.input,
    result,
    ...errorsOf(held),
    updatedAt: now,
  };
  return { answer: { outcome: 'recorded', result }, write };
}

/** Whole milliseconds, as stores hold them. */
function endOf(now: number, seconds: number): number {
  const until = Math.ceil(now + seconds * 1_000);
  if (Number.isSafeInteger(until) && seconds >= 0) return until;
  throw new RecordRefused(`A lease lasts a number of seconds, not ${seconds}; correct what takes it`);
}

/** The clocks of two machines differ by less than a lease should last. */
export function leasing(
  held: Held,
  wish: { readonly job: Job; readonly seconds: number; readonly token?: number | undefined },
  now: number,
): Transition<LeaseAnswer> {
  const { job, seconds, token } = wish;
  const until = endOf(now, seconds);
  const hash = payloadHash(job);
  if (otherPayload(held, hash)) return { answer: { outcome: 'conflict' } };
  if (held?.state === 'done') return { answer: { outcome: 'done', result: held.result } };
  const last = held?.lease ?? { token: 0, until: 0 };
  const another = token === undefined ? last.until > now : last.token !== token;
  if (another) return { answer: { outcome: 'held', lease: last } };
  const lease = { token: token ?? last.token + 1, until };
  const leased = { hash, input: job.input, lease, updatedAt: now };
  const write: JobRecord =
    held === undefined || held.state === 'claimed'
      ? { attempts: 0, ...held, id: job.id, state: 'accepted', ...leased }
      : { ...held, ...leased };
  return { answer: { outcome: 'leased', lease }, write };
}

/** Undefined for a job that is to be run. */
function endOfRuns(held: Held, messageId: string | undefined): Attempted | undefined {
  if (held?.state === 'done') return { attempts: held.attempts, begun: 0, state: 'done' };
  // A run of a duplicate, or of a process that had lost its lease.
  if (held !== undefined && wasMoved(held, messageId)) return { attempts: held.attempts, begun: 0, state: 'failed' };
  return undefined;
}

export function beginning(held: Held, { id, messageId }: BegunRun, now: number): Transition<Attempted> {
  const ended = endOfRuns(held, messageId);
  if (ended) return { answer: ended };
  const past = pastOf(held);
  const { attempts, begun: before = 0 } = past;
  const answer: Attempted = { attempts, begun: before + 1, state: held?.state === 'failing' ? 'failing' : 'accepted' };
  const write = { ...kept(held), id, ...answer, ...errorsOf(past), updatedAt: now };
  return { answer, write };
}

export function takingBack(held: Held, now: number): Transition<undefined> {
  if (held?.begun === undefined) return { answer: undefined };
  const { begun, ...rest } = held;
  return { answer: undefined, write: { ...rest, ...notes(begun - 1), updatedAt: now } };
}

export function failing(held: Held, run: FailedRun, now: number): Transition<Attempted> {
  const ended = endOfRuns(held, run.messageId);
  if (ended) return { answer: ended };
  const past = pastOf(held);
  const attempts = past.attempts + 1;
  const begun = Math.max(0, (past.begun ?? 0) - (run.noted ? 1 : 0));
  const counted = { id: run.id, state: 'failing', attempts } as const;
  const errors = errorsOf({ ...run, lastError: run.error });
  const write: JobRecord = { ...kept(held), ...counted, ...notes(begun), ...errors, updatedAt: now };
  return { answer: { attempts, begun, state: 'failing' }, write };
}

export function givingUp(held: Held, failure: Failure, now: number): Transition<undefined> {
  if (held?.state === 'done') return { answer: undefined };
  const attempts = failure.attempts ?? held?.attempts ?? 0;
  const { id, reason } = failure;
  const errors = errorsOf(failure.lastError === undefined ? held : failure);
  const moved = movedMessageOf(failure.movedMessage === undefined ? held : failure);
  return {
    answer: undefined,
    write: { ...kept(held), ...errors, ...moved, id, reason, state: 'failed', attempts, updatedAt: now },
  };
}
