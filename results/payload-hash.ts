import canonicalize from 'canonicalize';
import { hash as hashOf } from 'node:crypto';
import { DEFAULT_TYPE, type Job } from '../contract/job';
import { RecordRefused } from './errors';
import { jsonOf } from './json';
import type { Failure } from './records';

/** What distinguishes two jobs under one id, and the input as the record holds it. */
export interface Payload {
  readonly type: string;
  readonly hash: string;
  /** JSON text. */
  readonly input: string;
}

/** Throws `RecordRefused` for an input that cannot be JSON. */
export function payloadOf({ type, input }: Pick<Job, 'type' | 'input'>): Payload {
  const text = jsonOf(input, 'input');
  // The JSON of a number is canonical.
  return { type, hash: sha256(typeof input === 'number' ? text : canonicalize(input)), input: text };
}

/**
 * SHA-256, hex, of the job's input as canonical JSON (RFC 8785), which sorts keys and writes -0 as 0.
 * Records keep this hash for weeks, so it changes only with the store's version.
 */
export const payloadHash = ({ input }: Pick<Job, 'input'>): string => payloadOf({ type: DEFAULT_TYPE, input }).hash;

const sha256 = (canonicalInput = ''): string => hashOf('sha256', `{"input":${canonicalInput}}`);

/**
 * The payload of a dead letter, which may be anything. Undefined if it has no input, or one that no record could hold.
 */
export function payloadIfAny({ type = DEFAULT_TYPE, input }: Pick<Failure, 'type' | 'input'>): Payload | undefined {
  try {
    return input === undefined ? undefined : payloadOf({ type, input });
  } catch (error) {
    if (error instanceof RecordRefused) return undefined;
    throw error;
  }
}
