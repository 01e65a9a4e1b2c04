import type { Job } from '../contract/job';
import { payloadHash } from './payload-hash';
import type { Claim, Failure, JobRecord, OnceAnswer } from './records';

/**
 * The states of a record as pure functions: given what the store holds, what the caller is answered and
 * what, if anything, is to be written. A store runs each between its read and its write, atomically.
 */
export interface Transition<Answer> {
  readonly answer: Answer;
  readonly write?: JobRecord;
}

type Held = JobRecord | undefined;

const otherPayload = (held: Held, hash: string): boolean => held?.hash !== undefined && held.hash !== hash;

/** What is known of the payload, which outlives every state. */
const kept = (held: Held): Pick<JobRecord, 'hash' | 'input'> => ({
  ...(held?.hash !== undefined && { hash: held.hash }),
  ...(held?.input !== undefined && { input: held.input }),
});

/** A record without a hash was written by the consumer, so its job was sent. */
export function claiming(held: Held, job: Job, now: number): Transition<Claim> {
  const hash = payloadHash(job);
  if (otherPayload(held, hash)) return { answer: 'conflict' };
  if (held !== undefined) return { answer: held.state === 'claimed' ? 'repeat' : 'sent' };
  return {
    answer: 'fresh',
    write: { id: job.id, input: job.input, state: 'claimed', hash, attempts: 0, updatedAt: now },
  };
}

export function accepting(held: Held, now: number): Transition<undefined> {
  if (held?.state !== 'claimed') return { answer: undefined };
  return { answer: undefined, write: { ...held, state: 'accepted', updatedAt: now } };
}

/** A payload other than the one claimed is a conflict too, even if that one has not run yet. */
export function recording(
  held: Held,
  done: { readonly job: Job; readonly result: number },
  now: number,
): Transition<OnceAnswer> {
  const { job, result } = done;
  const hash = payloadHash(job);
  if (otherPayload(held, hash)) return { answer: { outcome: 'conflict' } };
  if (held?.state === 'done') {
    return { answer: { outcome: 'repeat', ...(held.result !== undefined && { result: held.result }) } };
  }
  const write: JobRecord = {
    id: job.id,
    state: 'done',
    hash,
    attempts: held?.attempts ?? 0,
    input: job.input,
    result,
    ...(held?.lastError !== undefined && { lastError: held.lastError }),
    updatedAt: now,
  };
  return { answer: { outcome: 'recorded', result }, write };
}

/** A job that had `failed` was retried by somebody: its attempts start anew. */
export function failing(
  held: Held,
  failure: { readonly id: string; readonly error: string },
  now: number,
): Transition<{ readonly attempts: number; readonly done: boolean }> {
  if (held?.state === 'done') return { answer: { attempts: held.attempts, done: true } };
  const attempts = held === undefined || held.state === 'failed' ? 1 : held.attempts + 1;
  const write: JobRecord = {
    ...kept(held),
    id: failure.id,
    state: 'failing',
    attempts,
    lastError: failure.error,
    updatedAt: now,
  };
  return { answer: { attempts, done: false }, write };
}

export function givingUp(held: Held, failure: Failure, now: number): Transition<undefined> {
  if (held?.state === 'done') return { answer: undefined };
  const attempts = failure.attempts ?? held?.attempts ?? 0;
  return { answer: undefined, write: { ...held, ...failure, state: 'failed', attempts, updatedAt: now } };
}
