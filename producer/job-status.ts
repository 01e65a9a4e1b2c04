import { typeOf } from '../results/stored-record';
import { type JobRecord } from '../results/records';
import { type JobStatus } from './answers';

/**
 * `shown`: the whole error, not only the text for callers. Without a record, the job is accepted and has not run yet.
 */
export function statusOf(id: string, record: JobRecord | undefined, shown: boolean): JobStatus {
  const error = errorOf(record, shown);
  const type = typeOf(record ?? {});
  switch (record?.state) {
    case 'done': {
      const { input, result, updatedAt } = record;
      return { id, type, status: 'done', input, result, completedAt: new Date(updatedAt).toISOString() };
    }
    case 'failed':
      return { id, type, status: 'failed', reason: record.reason ?? 'unknown', ...error };
    case 'failing':
      return { id, status: 'pending', attempts: record.attempts, ...error };
    default:
      return { id, status: 'pending' };
  }
}

/** Records of older versions have no text for callers, who then see the error's class. */
function errorOf({ lastError, publicError }: Partial<JobRecord> = {}, shown: boolean): { readonly error?: string } {
  if (lastError === undefined) return {};
  return { error: shown ? lastError : (publicError ?? classOf(lastError)) };
}

/** The text may hold addresses, statements and passwords, behind the name of the error's class. */
const classOf = (text: string): string => /^[A-Z]\w{0,99}(?=: )/.exec(text)?.[0] ?? 'Error';
