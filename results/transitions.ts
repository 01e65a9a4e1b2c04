import type { Job } from '../contract/job';
import { RecordRefused } from './errors';
import { payloadHash } from './payload-hash';
import type { Attempted, Claim, FailedRun, Failure, JobRecord, LeaseAnswer, OnceAnswer } from './records';

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

const lastErrorOf = (held: Held): Pick<JobRecord, 'lastError'> =>
  held?.lastError === undefined ? {} : { lastError: held.lastError };

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

/** A payload other than the one claimed is a conflict too, even if that one has not run yet. */
export function recording(
  held: Held,
  done: { readonly job: Job; readonly result: number; readonly token?: number | undefined },
  now: number,
): Transition<OnceAnswer> {
  const { job, result, token } = done;
  if (!Number.isFinite(result)) throw new RecordRefused(`A result is a finite number, not ${result}; correct the work`);
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
    ...lastErrorOf(held),
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
  if (held?.state === 'done') return { answer: { outcome: 'done', result: held.result ?? NaN } };
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

/**
 * A job that had `failed` was retried by somebody: its attempts start anew. Not so for the message that was moved to the
 * dead-letter queue: that run was of a duplicate, or of a process that had lost its lease.
 */
export function failing(held: Held, run: FailedRun, now: number): Transition<Attempted> {
  if (held?.state === 'done') return { answer: { attempts: held.attempts, state: 'done' } };
  if (held?.state === 'failed' && held.movedMessage !== undefined && held.movedMessage === run.messageId) {
    return { answer: { attempts: held.attempts, state: 'failed' } };
  }
  const attempts = held === undefined || held.state === 'failed' ? 1 : held.attempts + 1;
  const write: JobRecord = {
    ...kept(held),
    id: run.id,
    state: 'failing',
    attempts,
    lastError: run.error,
    updatedAt: now,
  };
  return { answer: { attempts, state: 'failing' }, write };
}

export function givingUp(held: Held, failure: Failure, now: number): Transition<undefined> {
  if (held?.state === 'done') return { answer: undefined };
  const attempts = failure.attempts ?? held?.attempts ?? 0;
  return { answer: undefined, write: { ...held, ...failure, state: 'failed', attempts, updatedAt: now } };
}
