/**
 * What a handler's run means for its delivery. A handler answers by returning one of these;
 * returning anything else is `done`, throwing is a retry, throwing `Rejection` is a reject.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly error: string; readonly afterSeconds?: number }
  | { readonly kind: 'reject'; readonly reason: string; readonly error: string };

/** Characters; so that the why fits beside any message but the largest. */
const ERROR_TEXT_LIMIT = 1_000;
const REASON_LIMIT = 100;

const OUTCOME = Symbol('outcome');
type Branded = Outcome & { readonly [OUTCOME]: true };

const branded = (outcome: Outcome): Outcome => Object.freeze({ ...outcome, [OUTCOME]: true });

/** Tells an outcome from a handler's ordinary return value. */
export const isOutcome = (value: unknown): value is Branded =>
  typeof value === 'object' && value !== null && OUTCOME in value;

const DONE = branded({ kind: 'done' });

export const done = (): Outcome => DONE;

/** Run again later; counts as an attempt. `afterSeconds` replaces the backoff, 0 to 39,600 (11 hours). */
export const retry = (error: string, afterSeconds?: number): Outcome =>
  branded({
    kind: 'retry',
    error: error.slice(0, ERROR_TEXT_LIMIT),
    ...(afterSeconds !== undefined && { afterSeconds }),
  });

/** Never run again: dead-letter now. `reason` is a stable word, `error` a sentence. */
export const reject = (reason: string, error: string): Outcome =>
  branded({ kind: 'reject', reason: reason.slice(0, REASON_LIMIT), error: error.slice(0, ERROR_TEXT_LIMIT) });

/** Thrown from anywhere in the pipeline to dead-letter the message at once. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** A short sentence for whatever was thrown: never a stack, never longer than 1,000 characters, never throws. */
export function errorText(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text.slice(0, ERROR_TEXT_LIMIT);
  } catch {
    return 'an error that cannot be shown';
  }
}
