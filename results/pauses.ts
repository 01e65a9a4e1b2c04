import { fieldsOf } from '../contract/json';
import type { Note } from './notes';

/** Who paused the consumers of a queue, when and why. */
export interface Paused {
  readonly who: string;
  readonly why?: string;
  /** ISO 8601. */
  readonly at: string;
}

/** A note of whatever form pauses. */
export function pausedBy({ at, value }: Note): Paused {
  const { who, why } = fieldsOf(value);
  return {
    who: typeof who === 'string' ? who : 'somebody',
    ...(typeof why === 'string' && { why }),
    at: new Date(at).toISOString(),
  };
}
