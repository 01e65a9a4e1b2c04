import { errorClass, errorText, ERROR_TEXT_LIMIT, withCauses } from './error-text';

/** Why a run failed, or a message is a dead letter. */
export interface RunFailure {
  /** The whole text, for operators: up to 1,000 characters, never empty. */
  readonly error: string;
  /** What callers may see: the text that a handler wrote for them; of any other error the name of its class. */
  readonly publicError: string;
  /** What was thrown; undefined if nothing was. */
  readonly thrown?: unknown;
}

/**
 * What a handler's run means for its delivery. A handler answers by returning one of these; anything else returned is
 * `done`. If it throws, the run has failed and is tried again; a `RetryAfter` says when. A thrown `Rejection` is a
 * reject. So is an exception of Nest's with status 400 or 422, with the reason `invalid`.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'retry'; readonly afterSeconds?: number } & RunFailure)
  | ({ readonly kind: 'reject'; readonly reason: string } & RunFailure);

const REASON_LIMIT = 100;

const OUTCOME = Symbol('outcome');
type Branded = Outcome & { readonly [OUTCOME]: true };

const branded = (outcome: Outcome): Outcome => Object.freeze({ ...outcome, [OUTCOME]: true });

/** Tells an outcome from a handler's ordinary return value. */
export const isOutcome = (value: unknown): value is Branded =>
  typeof value === 'object' && value !== null && OUTCOME in value;

const DONE = branded({ kind: 'done' });

export const done = (): Outcome => DONE;

/**
 * Run again later; counts as an attempt. `afterSeconds`, 0 to 39,600 (11 hours), replaces the backoff. A string is
 * shown to callers as well; of any other error they see the class.
 */
export const retry = (error: unknown, afterSeconds?: number): Outcome =>
  branded({ kind: 'retry', ...failureOf(error), ...(afterSeconds !== undefined && { afterSeconds }) });

/** Never run again: dead-letter now. `reason` is a stable word, `error` a sentence for callers, or what was thrown. */
export const reject = (reason: string, error: unknown): Outcome =>
  branded({ kind: 'reject', reason: reason.slice(0, REASON_LIMIT), ...failureOf(error) });

/** Thrown from anywhere in the pipeline to dead-letter the message at once. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  constructor(
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown from anywhere in the pipeline: run again after `afterSeconds`, as `retry` does. Callers see its text. */
export class RetryAfter extends Error {
  override readonly name = 'RetryAfter';
  constructor(
    readonly afterSeconds: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A sentence for callers and operators alike. */
export function saying(text: string): RunFailure {
  const error = text.slice(0, ERROR_TEXT_LIMIT);
  return { error, publicError: error };
}

function failureOf(error: unknown): RunFailure {
  return typeof error === 'string' && error !== '' ? saying(error) : thrownFailure(error);
}

/** A string that was thrown was not written for callers. */
function thrownFailure(thrown: unknown): RunFailure {
  return { error: errorText(thrown), publicError: errorClass(thrown), thrown };
}

/**
 * The outcome of a run that threw. If `isPermanent` says that the next run would fail alike, it is rejected as
 * `invalid`. Never throws, whatever was thrown: even reading an object's class may throw.
 */
export function outcomeOfThrown(thrown: unknown, isPermanent: (error: unknown) => boolean): Outcome {
  try {
    if (thrown instanceof Rejection)
      return { kind: 'reject', reason: thrown.reason.slice(0, REASON_LIMIT), ...saidBy(thrown) };
    if (thrown instanceof RetryAfter) return { kind: 'retry', afterSeconds: thrown.afterSeconds, ...saidBy(thrown) };
    if (isPermanent(thrown)) return { kind: 'reject', reason: 'invalid', ...thrownFailure(thrown) };
  } catch {
    // Then it is treated as any other error.
  }
  return { kind: 'retry', ...thrownFailure(thrown) };
}

/** Callers see the text but not the causes; an empty text is as good as none. */
function saidBy(thrown: Rejection | RetryAfter): RunFailure {
  const { publicError } = saying(
    thrown.message || (thrown instanceof Rejection ? thrown.reason : 'Asked to be run again later.'),
  );
  return { error: withCauses(publicError, thrown), publicError, thrown };
}
