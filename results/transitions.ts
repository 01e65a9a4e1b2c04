import { RecordRefused } from './errors';
import { type StoredRecord, typeOf, valueOf } from './stored-record';
import type { Payload } from './payload-hash';
import type { Attempted, BegunRun, Claim, FailedRun, Failure, LeaseAnswer, OnceAnswer, Retried } from './records';

/**
 * The states of a record as pure functions: from what the store holds to the caller's answer and what is to be written,
 * if anything. An impossible record is a `RecordRefused`. A store runs each between its read and its write, atomically.
 */
export interface Transition<Answer> {
  readonly answer: Answer;
  readonly write?: StoredRecord;
}

type Stored = StoredRecord | undefined;

/** What is known of a job. */
interface Known {
  readonly id: string;
  readonly payload: Payload;
}

/** Whether the record has another payload. A record without a hash accepts any: only its id is known. */
const otherPayload = (stored: Stored, { type, hash }: Payload): boolean =>
  stored?.hash !== undefined && (stored.hash !== hash || typeOf(stored) !== type);

/** The type to write. A record with a hash has its type already. */
const typed = (stored: Stored, type: string | undefined): Pick<StoredRecord, 'type'> =>
  stored?.hash === undefined && type !== undefined ? { type } : {};

/** The fields that survive every change of state. */
const kept = (stored: Stored): Pick<StoredRecord, 'type' | 'hash' | 'input' | 'group' | 'lease'> => ({
  ...(stored?.type !== undefined && { type: stored.type }),
  ...(stored?.hash !== undefined && { hash: stored.hash }),
  ...(stored?.input !== undefined && { input: stored.input }),
  ...(stored?.group !== undefined && { group: stored.group }),
  ...(stored?.lease !== undefined && { lease: stored.lease }),
});

type Errors = Pick<StoredRecord, 'lastError' | 'publicError'>;

const errorsOf = (stored: Pick<Failure, 'lastError' | 'publicError'> | undefined): Errors => ({
  ...(stored?.lastError !== undefined && { lastError: stored.lastError }),
  ...(stored?.publicError !== undefined && { publicError: stored.publicError }),
});

const movedMessageOf = (stored: Pick<StoredRecord, 'movedMessage'> | undefined): Pick<StoredRecord, 'movedMessage'> =>
  stored?.movedMessage === undefined ? {} : { movedMessage: stored.movedMessage };

/** The field for begun runs, absent at 0, as in a job that was never noted. */
const begunField = (begun: number): Pick<StoredRecord, 'begun'> => (begun > 0 ? { begun } : {});

/** Whether this very message was dead-lettered: a delivery of it that still comes is only deleted. */
const wasMoved = (stored: Stored, messageId: string | undefined): boolean =>
  stored?.state === 'failed' && stored.movedMessage !== undefined && stored.movedMessage === messageId;

/** The attempts and begun runs so far: none for a job without a record, or for one that `failed` and was retried. */
const pastOf = (stored: Stored): Pick<StoredRecord, 'attempts' | 'begun'> & Errors =>
  stored === undefined || stored.state === 'failed' ? { attempts: 0 } : stored;

/** A record without a hash was written by the consumer, so its job was sent. */
export function claiming(
  stored: Stored,
  { id, payload, group }: Known & { readonly group: string | undefined },
  now: number,
): Transition<Claim> {
  if (otherPayload(stored, payload)) return { answer: 'conflict' };
  if (stored !== undefined) {
    if (stored.group !== group) return { answer: 'conflict' };
    return { answer: stored.state === 'claimed' ? 'repeat' : 'sent' };
  }
  const { type, hash } = payload;
  const write: StoredRecord = { id, type, state: 'claimed', hash, attempts: 0, updatedAt: now };
  return { answer: 'fresh', write: group === undefined ? write : { ...write, group } };
}

export function accepting(stored: Stored, now: number): Transition<undefined> {
  if (stored?.state !== 'claimed') return { answer: undefined };
  return { answer: undefined, write: { ...stored, state: 'accepted', updatedAt: now } };
}

/** Another payload than the claimed one is a conflict too, even if the job has not run yet. */
export function recording(
  stored: Stored,
  done: Known & { readonly result: string; readonly token?: number | undefined },
  now: number,
): Transition<OnceAnswer> {
  const { id, payload, result, token } = done;
  if (otherPayload(stored, payload)) return { answer: { outcome: 'conflict' } };
  if (stored?.state === 'done') {
    return { answer: { outcome: 'repeat', ...(stored.result !== undefined && { result: valueOf(stored.result) }) } };
  }
  if (token !== undefined && stored?.lease?.token !== token) return { answer: { outcome: 'lost' } };
  const write: StoredRecord = {
    ...kept(stored),
    ...payload,
    id,
    state: 'done',
    attempts: stored?.attempts ?? 0,
    result,
    ...errorsOf(stored),
    updatedAt: now,
  };
  return { answer: { outcome: 'recorded', result: valueOf(result) }, write };
}

/** Whole milliseconds, as stores hold them. */
function endOf(now: number, seconds: number): number {
  const until = Math.ceil(now + seconds * 1_000);
  if (Number.isSafeInteger(until) && seconds >= 0) return until;
  throw new RecordRefused(`A lease lasts a number of seconds, not ${seconds}; correct what takes it`);
}

/** Takes or renews a lease. Relies on clocks of machines that differ by less than a lease lasts. */
export function leasing(
  stored: Stored,
  request: Known & { readonly seconds: number; readonly token?: number | undefined },
  now: number,
): Transition<LeaseAnswer> {
  const { id, payload, seconds, token } = request;
  const until = endOf(now, seconds);
  if (otherPayload(stored, payload)) return { answer: { outcome: 'conflict' } };
  if (stored?.state === 'done') return { answer: { outcome: 'done', result: valueOf(stored.result) } };
  const last = stored?.lease ?? { token: 0, until: 0 };
  const another = token === undefined ? last.until > now : last.token !== token;
  if (another) return { answer: { outcome: 'held', lease: last } };
  const lease = { token: token ?? last.token + 1, until };
  const leased = { type: payload.type, hash: payload.hash, lease, updatedAt: now };
  const write: StoredRecord =
    stored === undefined || stored.state === 'claimed'
      ? { attempts: 0, ...stored, id, state: 'accepted', ...leased }
      : { ...stored, ...leased };
  return { answer: { outcome: 'leased', lease }, write };
}

/** The answer for a job that must not run; undefined if it may. */
function endOfRuns(stored: Stored, messageId: string | undefined): Attempted | undefined {
  if (stored?.state === 'done') return { attempts: stored.attempts, begun: 0, state: 'done' };
  // The run belonged to a duplicate, or to a process that had lost its lease.
  if (stored !== undefined && wasMoved(stored, messageId))
    return { attempts: stored.attempts, begun: 0, state: 'failed' };
  return undefined;
}

export function beginning(stored: Stored, { id, type, messageId }: BegunRun, now: number): Transition<Attempted> {
  const ended = endOfRuns(stored, messageId);
  if (ended) return { answer: ended };
  const past = pastOf(stored);
  const { attempts, begun: before = 0 } = past;
  const answer: Attempted = {
    attempts,
    begun: before + 1,
    state: stored?.state === 'failing' ? 'failing' : 'accepted',
  };
  const write = { ...kept(stored), ...typed(stored, type), id, ...answer, ...errorsOf(past), updatedAt: now };
  return { answer, write };
}

export function takingBack(stored: Stored, now: number): Transition<undefined> {
  if (stored?.begun === undefined) return { answer: undefined };
  const { begun, ...rest } = stored;
  return { answer: undefined, write: { ...rest, ...begunField(begun - 1), updatedAt: now } };
}

export function failing(stored: Stored, run: FailedRun, now: number): Transition<Attempted> {
  const ended = endOfRuns(stored, run.messageId);
  if (ended) return { answer: ended };
  const past = pastOf(stored);
  const attempts = past.attempts + 1;
  const begun = Math.max(0, (past.begun ?? 0) - (run.noted ? 1 : 0));
  const known = { ...kept(stored), ...typed(stored, run.type) };
  const counted = { id: run.id, state: 'failing', attempts } as const;
  const errors = errorsOf({ ...run, lastError: run.error });
  const write: StoredRecord = { ...known, ...counted, ...begunField(begun), ...errors, updatedAt: now };
  return { answer: { attempts, begun, state: 'failing' }, write };
}

/**
 * Turns exactly the failure that was read into `accepted`. The moved message tells two failures of the same time apart.
 */
export function retrying(stored: Stored, { id, movedMessage, updatedAt }: Retried, now: number): Transition<undefined> {
  if (stored?.state !== 'failed' || stored.updatedAt !== updatedAt || stored.movedMessage !== movedMessage)
    return { answer: undefined };
  return { answer: undefined, write: { ...kept(stored), id, state: 'accepted', attempts: 0, updatedAt: now } };
}

/** `payload` is that of the dead letter, which is ignored for a job that is known with another one. */
export function givingUp(
  stored: Stored,
  { failure, payload }: { readonly failure: Failure; readonly payload: Payload | undefined },
  now: number,
): Transition<undefined> {
  if (stored?.state === 'done') return { answer: undefined };
  const attempts = failure.attempts ?? stored?.attempts ?? 0;
  const { id, reason, type } = failure;
  const known = { ...kept(stored), ...typed(stored, type), ...(payload && !otherPayload(stored, payload) && payload) };
  const errors = errorsOf(failure.lastError === undefined ? stored : failure);
  const moved = movedMessageOf(failure.movedMessage === undefined ? stored : failure);
  return {
    answer: undefined,
    write: { ...known, ...errors, ...moved, id, reason, state: 'failed', attempts, updatedAt: now },
  };
}
