import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { Job } from '../contract/job';

/**
 * SHA-256, hex, of what the job is to do: its input, as canonical JSON (RFC 8785), which sorts keys and writes -0 as 0.
 * Records keep this hash for weeks, so it changes only with the store's version.
 */
export function payloadHash(job: Pick<Job, 'input'>): string {
  return createHash('sha256')
    .update(canonicalize({ input: job.input }) ?? '')
    .digest('hex');
}
