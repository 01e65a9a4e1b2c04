import { type JobRecord } from '../results/records';
import { type JobStatus } from './answers';

/** `shown`: the whole text of an error, not only its class. Without a record the job is accepted and not run yet. */
export function statusOf(id: string, record: JobRecord | undefined, shown: boolean): JobStatus {
  const error = record?.lastError === undefined ? {} : { error: shown ? record.lastError : classOf(record.lastError) };
  switch (record?.state) {
    case 'done': {
      const { input, result, updatedAt } = record;
      return { id, status: 'done', input, result, completedAt: new Date(updatedAt).toISOString() };
    }
    case 'failed':
      return { id, status: 'failed', reason: record.reason ?? 'unknown', ...error };
    case 'failing':
      return { id, status: 'pending', attempts: record.attempts, ...error };
    default:
      return { id, status: 'pending' };
  }
}

/** The text may hold addresses, statements and passwords; records keep it behind the name of the error's class. */
const classOf = (text: string): string => /^[A-Z]\w{0,99}(?=: )/.exec(text)?.[0] ?? 'Error';
