import { EffectRefused, RecordRefused, StoreError, StoreUnavailable, StoreUnusable } from '../errors';
import { missingText, readOnlyText, TABLE } from './schema';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const LOCK_TIMEOUT = '55P03';
const STATEMENT_TIMEOUT = '57014';
export const NO_RIGHT = '42501';

/** Faults of the database or of the rights that a restart does not mend. */
const UNUSABLE: ReadonlyMap<string, (place: string) => string> = new Map([
  ['28P01', (place) => `The database ${place} refused the password; correct it in RESULTS`],
  ['28000', (place) => `The database ${place} refused this user, or the way it connects; correct RESULTS`],
  ['3D000', (place) => `There is no database ${place}; create it, or name another in RESULTS`],
  ['42P01', missingText],
  ['42703', (place) => `The table ${TABLE} of ${place} lacks a column; run \`npm run provision\``],
  [
    NO_RIGHT,
    (place) => `There is no permission for the table ${TABLE} of ${place}; grant SELECT, INSERT, UPDATE and DELETE`,
  ],
  ['25006', readOnlyText],
]);

/** Faults that pass, by the whole code or by its first two characters. */
const PASSING: ReadonlyMap<string, string> = new Map([
  ['53100', 'its disk is full; free some space'],
  ['53200', 'it is out of memory; try again'],
  ['53300', 'it takes no more connections; lower CONCURRENCY, or raise its max_connections'],
  [LOCK_TIMEOUT, 'another transaction holds the lock of a row; look for one that is kept open, and try again'],
  [STATEMENT_TIMEOUT, 'a statement took longer than its statement_timeout; try again, and look at what keeps it busy'],
  ['57', 'it is stopping or starting; try again'],
  ['08', 'the connection was lost; try again'],
  ['53', 'it has no room for this; try again'],
  ['58', 'its machine failed; look at its log'],
  ['XX', 'it is damaged or has a fault; look at its log'],
]);

/** Codes of a record that will never be accepted: a text that cannot be encoded, a value out of range. */
const REFUSED = /^(22|23|54)/;

interface Fault {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
}

const isFault = (error: object): error is Fault =>
  'code' in error && typeof error.code === 'string' && 'severity' in error && 'message' in error;

/** The database's own error; libraries wrap it in theirs. */
function faultIn(error: unknown): Fault | undefined {
  for (let at = error; typeof at === 'object' && at !== null; at = 'cause' in at ? at.cause : undefined) {
    if (isFault(at)) return at;
  }
  return undefined;
}

export const sqlStateOf = (error: unknown): string | undefined => faultIn(error)?.code;

/** Whether another transaction was in its way, so that the whole may pass if it is tried again. */
export const isContended = (error: unknown): boolean =>
  [SERIALIZATION_FAILURE, DEADLOCK].includes(sqlStateOf(error) ?? '');

/** Whether a lock was not given in time; the database is fine. */
export const isLocked = (error: unknown): boolean => sqlStateOf(error) === LOCK_TIMEOUT;

/** Read by shape: under jest, Node's own errors are no instance of Error. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  // A name with several addresses, of which none answered, has an error for each.
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(messageOf).join(', ');
  return 'message' in error ? String(error.message) : 'it gave no reason';
}

/** The code of Node's errors, and of the TLS library's. */
export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

const advice = (state: string): string | undefined => PASSING.get(state) ?? PASSING.get(state.slice(0, 2));

/** At a start: the error that keeps the process from starting; undefined if the database may only be unavailable. */
export function unusable(place: string, error: unknown): StoreUnusable | undefined {
  if (error instanceof StoreUnusable) return error;
  const text = UNUSABLE.get(sqlStateOf(error) ?? '') ?? ofConnecting(error);
  return text && new StoreUnusable(`${text(place)} (${messageOf(error)})`, { cause: error });
}

/** The sentence for a connection that the server will never accept, by the error of `pg`. */
function ofConnecting(error: unknown): ((place: string) => string) | undefined {
  const message = messageOf(error);
  if (/does not support SSL/.test(message))
    return (place) => `The database ${place} takes no TLS; leave sslmode out of RESULTS, or turn TLS on there`;
  if (/SASL|password must be a string/.test(message))
    return (place) => `The database ${place} wants a password, and RESULTS names none; add it`;
  return /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(codeOf(error))
    ? (place) => `The certificate of ${place} cannot be trusted; name its authority by sslrootcert in RESULTS`
    : undefined;
}

/** Carries an error of the work itself to the caller of `once`. */
export class ThrownByWork extends Error {
  override readonly name = 'ThrownByWork';
  constructor(override readonly cause: unknown) {
    super('The work threw');
  }
}

/** Turns errors of `pg` into the store's, for the record's own statements. */
export function databaseError(place: string, error: unknown): Error {
  if (error instanceof ThrownByWork) return error.cause as Error;
  if (error instanceof StoreError) return error;
  const state = sqlStateOf(error);
  const text = UNUSABLE.get(state ?? '');
  if (text !== undefined) return new StoreUnavailable(text(place), { cause: error });
  const said = messageOf(error);
  if (state === undefined) {
    return new StoreUnavailable(`The database ${place} did not answer, or not in time (${said}); try again`, {
      cause: error,
    });
  }
  if (REFUSED.test(state))
    return new RecordRefused(`The database ${place} refused the record (${said}); correct it`, { cause: error });
  const why = advice(state) ?? 'try again, and read the cause if that does not help';
  return new StoreUnavailable(`The database ${place} failed (${state}: ${said}): ${why}`, { cause: error });
}

/**
 * The store's error for what ended an effect: one of its statements was refused, or the database was unavailable. An
 * error that the database did not cause reaches the caller as the work threw it. So does a `Rejection` or `RetryAfter`
 * that the work threw because a statement was refused.
 */
export function effectError(error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const fault = faultIn(error);
  if (fault === undefined) return new ThrownByWork(error);
  if (isUnavailable(fault.code)) return error;
  if (namesOutcome(error) && !isContended(error)) return new ThrownByWork(error);
  return new EffectRefused(`The effect was refused (${fault.code}: ${fault.message})`, { cause: error });
}

/** A `Rejection` or a `RetryAfter`. */
const namesOutcome = (error: unknown): boolean =>
  error instanceof Error && (('reason' in error && typeof error.reason === 'string') || 'afterSeconds' in error);

/** Whether the database is unavailable, rather than a statement of the effect slow or waiting for a lock. */
const isUnavailable = (state: string): boolean =>
  state === '25006' || (state !== LOCK_TIMEOUT && state !== STATEMENT_TIMEOUT && advice(state) !== undefined);
