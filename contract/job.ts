/**
 * The job as both sides agree on it, whatever its type: what travels in a message, and its limits.
 */
export interface Job<Input = unknown> {
  /** UUID: v7 as a rule, v8 when derived from an `Idempotency-Key`. */
  readonly id: string;
  readonly type: string;
  /** A JSON value that the type's rules allow. */
  readonly input: Input;
}

/** The type of a message, or of a record, that names none. */
export const DEFAULT_TYPE = 'add-one';

/** Characters of a job type's name. */
export const TYPE_LIMIT = 64;

/** Limits the HTTP body of a job type without a limit of its own, in bytes. */
export const BODY_LIMIT_BYTES = 16 * 1024;

/** SQS takes up to 128 characters of `A-Za-z0-9` and punctuation as a MessageGroupId. */
export const GROUP_PATTERN = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/;
