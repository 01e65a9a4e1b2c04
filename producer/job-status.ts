import { type JobRecord } from '../results/records';
import { type JobStatus } from './answers';

/** Without a record the job is accepted and not run yet. */
export function statusOf(id: string, record: JobRecord | undefined): JobStatus {
  switch (record?.state) {
    case 'done': {
      const { input, result, updatedAt } = record;
      return { id, status: 'done', input, result, completedAt: new Date(updatedAt).toISOString() };
    }
    case 'failed':
      return { id, status: 'failed', reason: record.reason ?? 'unknown' };
    case 'failing':
      return {
        id,
        status: 'pending',
        attempts: record.attempts,
        ...(record.lastError !== undefined && { lastError: record.lastError }),
      };
    default:
      return { id, status: 'pending' };
  }
}
