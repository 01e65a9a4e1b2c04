/**
 * The job as both sides agree on it: what travels in a message body, and its limits.
 */
export interface Job {
  /** UUID: v7 as a rule, v8 when derived from an `Idempotency-Key`. */
  readonly id: string;
  readonly input: number;
}

/** The value of the message attribute `type`, and the pattern of the consumer's handler. */
export const JOB_TYPE = 'add-one';

/** The newest message version this code understands; a message without one is version 1. */
export const JOB_VERSION = 1;

/** `input + 1` stays exact for every integer in this range. */
export const INPUT_MIN = Number.MIN_SAFE_INTEGER;
export const INPUT_MAX = Number.MAX_SAFE_INTEGER - 1;

/** Largest HTTP body accepted by the producer, in bytes. */
export const BODY_LIMIT_BYTES = 16 * 1024;

/** SQS takes at most 128 characters of `A-Za-z0-9` and punctuation as a MessageGroupId. */
export const GROUP_PATTERN = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/;
