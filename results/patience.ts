import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable } from './errors';

const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 5_000;

/** Writes a record, and while the store is away again and again, until `signal` says that the lease is not kept any more. */
export async function recordPatiently<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || signal.aborted) throw error;
      await wait(waitMs, undefined, { signal });
    }
  }
}
