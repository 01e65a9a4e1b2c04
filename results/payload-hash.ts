import { createHash } from 'node:crypto';
import type { Job } from '../contract/job';

/**
 * SHA-256, hex, of what the job is to do: everything of the job but its id. JSON of the one number is
 * canonical, and writes -0 as 0. Records keep this hash for weeks, so it changes only with the store's version.
 */
export function payloadHash(job: Pick<Job, 'input'>): string {
  return createHash('sha256')
    .update(JSON.stringify({ input: job.input }))
    .digest('hex');
}
