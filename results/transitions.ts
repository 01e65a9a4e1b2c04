import { RecordRefused } from './errors';
import { type HeldRecord, typeOf, valueOf } from './held-record';
import type { Payload } from './payload-hash';
import type { Attempted, BegunRun, Claim, FailedRun, Failure, LeaseAnswer, OnceAnswer, Retried } from './records';

/**
 * The states of a record as pure functions: from what the store holds to the caller's answer and what is to be written,
 * if anything. An impossible record is a `RecordRefused`. A store runs each between its read and its write, atomically.
 */
export interface Transition<Answer> {
  readonly answer: Answer;
  readonly write?: HeldRecord;
}

type Held = HeldRecord | undefined;

/** What is known of a job. */
interface Known {
  readonly id: string;
  readonly payload: Payload;
}

/** Whether the record has another payload. A record without a hash accepts any: only its id is known. */
const otherPayload = (held: Held, { type, hash }: Payload): boolean =>
  held?.hash !== undefined && (held.hash !== hash || typeOf(held) !== type);

/** The type to write. A record with a hash has its type already. */
const typed = (held: Held, type: string | undefined): Pick<HeldRecord, 'type'> =>
  held?.hash === undefined && type !== undefined ? { type } : {};

/** The fields that survive every change of state. */
const kept = (held: Held): Pick<HeldRecord, 'type' | 'hash' | 'input' | 'group' | 'lease'> => ({
  ...(held?.type !== undefined && { type: held.type }),
  ...(held?.hash !== undefined && { hash: held.hash }),
  ...(held?.input !== undefined && { input: held.input }),
  ...(held?.group !== undefined && { group: held.group }),
  ...(held?.lease !== undefined && { lease: held.lease }),
});

type Errors = Pick<HeldRecord, 'lastError' | 'publicError'>;

const errorsOf = (held: Pick<Failure, 'lastError' | 'publicError'> | undefined): Errors => ({
  ...(held?.lastError !== undefined && { lastError: held.lastError }),
  ...(held?.publicError !== undefined && { publicError: held.publicError }),
});

const movedMessageOf = (held: Pick<HeldRecord, 'movedMessage'> | undefined): Pick<HeldRecord, 'movedMessage'> =>
  held?.movedMessage === undefined ? {} : { movedMessage: held.movedMessage };

/** The field for begun runs, absent at 0, as in a job that was never noted. */
const begunField = (begun: number): Pick<HeldRecord, 'begun'> => (begun > 0 ? { begun } : {});

/** Whether this very message was dead-lettered: a delivery of it that still comes is only deleted. */
const wasMoved = (held: Held, messageId: string | undefined): boolean =>
  held?.state === 'failed' && held.movedMessage !== undefined && held.movedMessage === messageId;

/** The attempts and begun runs so far: none for a job without a record, or for one that `failed` and was retried. */
const pastOf = (held: Held): Pick<HeldRecord, 'attempts' | 'begun'> & Errors =>
  held === undefined || held.state === 'failed' ? { attempts: 0 } : held;

/** A record without a hash was written by the consumer, so its job was sent. */
export function claiming(
  held: Held,
  { id, payload, group }: Known & { readonly group: string | undefined },
  now: number,
): Transition<Claim> {
  if (otherPayload(held, payload)) return { answer: 'conflict' };
  if (held !== undefined) {
    if (held.group !== group) return { answer: 'conflict' };
    return { answer: held.state === 'claimed' ? 'repeat' : 'sent' };
  }
  const { type, hash } = payload;
  const write: HeldRecord = { id, type, state: 'claimed', hash, attempts: 0, updatedAt: now };
  return { answer: 'fresh', write: group === undefined ? write : { ...write, group } };
}

export function accepting(held: Held, now: number): Transition<undefined> {
  if (held?.state !== 'claimed') return { answer: undefined };
  return { answer: undefined, write: { ...held, state: 'accepted', updatedAt: now } };
}

/** Another payload than the claimed one is a conflict too, even if the job has not run yet. */
export function recording(
  held: Held,
  done: Known & { readonly result: string; readonly token?: number | undefined },
  now: number,
): Transition<OnceAnswer> {
  const { id, payload, result, token } = done;
  if (otherPayload(held, payload)) return { answer: { outcome: 'conflict' } };
  if (held?.state === 'done') {
    return { answer: { outcome: 'repeat', ...(held.result !== undefined && { result: valueOf(held.result) }) } };
  }
  if (token !== undefined && held?.lease?.token !== token) return { answer: { outcome: 'lost' } };
  const write: HeldRecord = {
    ...kept(held),
    ...payload,
    id,
    state: 'done',
    attempts: held?.attempts ?? 0,
    result,
    ...errorsOf(held),
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
  held: Held,
  request: Known & { readonly seconds: number; readonly token?: number | undefined },
  now: number,
): Transition<LeaseAnswer> {
  const { id, payload, seconds, token } = request;
  const until = endOf(now, seconds);
  if (otherPayload(held, payload)) return { answer: { outcome: 'conflict' } };
  if (held?.state === 'done') return { answer: { outcome: 'done', result: valueOf(held.result) } };
  const last = held?.lease ?? { token: 0, until: 0 };
  const another = token === undefined ? last.until > now : last.token !== token;
  if (another) return { answer: { outcome: 'held', lease: last } };
  const lease = { token: token ?? last.token + 1, until };
  const leased = { type: payload.type, hash: payload.hash, lease, updatedAt: now };
  const write: HeldRecord =
    held === undefined || held.state === 'claimed'
      ? { attempts: 0, ...held, id, state: 'accepted', ...leased }
      : { ...held, ...leased };
  return { answer: { outcome: 'leased', lease }, write };
}

/** The answer for a job that must not run; undefined if it may. */
function endOfRuns(held: Held, messageId: string | undefined): Attempted | undefined {
  if (held?.state === 'done') return { attempts: held.attempts, begun: 0, state: 'done' };
  // The run belonged to a duplicate, or to a process that had lost its lease.
  if (held !== undefined && wasMoved(held, messageId)) return { attempts: held.attempts, begun: 0, state: 'failed' };
  return undefined;
}

export function beginning(held: Held, { id, type, messageId }: BegunRun, now: number): Transition<Attempted> {
  const ended = endOfRuns(held, messageId);
  if (ended) return { answer: ended };
  const past = pastOf(held);
  const { attempts, begun: before = 0 } = past;
  const answer: Attempted = { attempts, begun: before + 1, state: held?.state === 'failing' ? 'failing' : 'accepted' };
  const write = { ...kept(held), ...typed(held, type), id, ...answer, ...errorsOf(past), updatedAt: now };
  return { answer, write };
}

export function takingBack(held: Held, now: number): Transition<undefined> {
  if (held?.begun === undefined) return { answer: undefined };
  const { begun, ...rest } = held;
  return { answer: undefined, write: { ...rest, ...begunField(begun - 1), updatedAt: now } };
}

export function failing(held: Held, run: FailedRun, now: number): Transition<Attempted> {
  const ended = endOfRuns(held, run.messageId);
  if (ended) return { answer: ended };
  const past = pastOf(held);
  const attempts = past.attempts + 1;
  const begun = Math.max(0, (past.begun ?? 0) - (run.noted ? 1 : 0));
  const known = { ...kept(held), ...typed(held, run.type) };
  const counted = { id: run.id, state: 'failing', attempts } as const;
  const errors = errorsOf({ ...run, lastError: run.error });
  const write: HeldRecord = { ...known, ...counted, ...begunField(begun), ...errors, updatedAt: now };
  return { answer: { attempts, begun, state: 'failing' }, write };
}

/**
 * Turns exactly the failure that was read into `accepted`. The moved message tells two failures of the same time apart.
 */
export function retrying(held: Held, { id, movedMessage, updatedAt }: Retried, now: number): Transition<undefined> {
  if (held?.state !== 'failed' || held.updatedAt !== updatedAt || held.movedMessage !== movedMessage)
    return { answer: undefined };
  return { answer: undefined, write: { ...kept(held), id, state: 'accepted', attempts: 0, updatedAt: now } };
}

/** `payload` is that of the dead letter, which is ignored for a job that is known with another one. */
export function givingUp(
  held: Held,
  { failure, payload }: { readonly failure: Failure; readonly payload: Payload | undefined },
  now: number,
): Transition<undefined> {
  if (held?.state === 'done') return { answer: undefined };
  const attempts = failure.attempts ?? held?.attempts ?? 0;
  const { id, reason, type } = failure;
  const known = { ...kept(held), ...typed(held, type), ...(payload && !otherPayload(held, payload) && payload) };
  const errors = errorsOf(failure.lastError === undefined ? held : failure);
  const moved = movedMessageOf(failure.movedMessage === undefined ? held : failure);
  return {
    answer: undefined,
    write: { ...known, ...errors, ...moved, id, reason, state: 'failed', attempts, updatedAt: now },
  };
}
