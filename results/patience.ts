import { setTimeout as wait } from 'node:timers/promises';
import { errorOf } from '../contract/thrown';
import { StoreUnavailable } from './errors';

const FIRST_WAIT_MS = 100;

/** Limits the pause between two tries, which has jitter so that jobs that wait together do not write together. */
export const MAX_WAIT_MS = 5_000;

/**
 * How long a write on its way is waited for after `signal` aborts: half of the time that a drain leaves a handler then.
 */
const LAST_WAIT_MS = 500;

/**
 * Writes a record, again and again while the store is unavailable, until `signal` is aborted. A write that was given up
 * may still succeed; the job's next delivery finds it.
 */
export async function recordPatiently<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      // A run that was told to stop before it wrote has one try.
      return await (signal.aborted ? write() : unlessAborted(write(), signal));
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || signal.aborted) throw error;
      await wait(waitMs * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}

/**
 * Rejects with the signal's reason if `answer` does not come soon after the abort. Once per job, so without
 * `Promise.race`.
 */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      timer = setTimeout(() => {
        reject(errorOf(signal.reason, 'aborted'));
      }, LAST_WAIT_MS);
    };
    signal.addEventListener('abort', begin, { once: true });
    void answer.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', begin);
      clearTimeout(timer);
    });
  });
}
