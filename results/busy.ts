import { setTimeout as delay } from 'node:timers/promises';
import { RecordRefused, StoreError, StoreUnavailable } from './errors';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const BUSY = 5;
const PROTOCOL = 15;
const REFUSED: readonly number[] = [18, 19, 20, 25];
const ADVICE: ReadonlyMap<number, string> = new Map([
  [BUSY, 'another process holds its lock; try again, and look for one that keeps a transaction open'],
  [8, 'it is read-only; check the permissions of the file and its folder'],
  [10, 'the disk failed to read or write; check the disk'],
  [11, 'the file is damaged; stop, put it aside and restore it from a copy'],
  [13, 'the disk is full; free some space'],
  [14, 'the file cannot be opened; check that its folder exists and is writable'],
  [26, 'the file is no SQLite database; name another one in RESULTS'],
]);

const PATIENCE_MS = 5_000;
const BETWEEN_TRIES_MS = 2;

/** SQLite's primary result code; undefined for what is no error of SQLite's. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** SQLite's errors as the store's; a fault of the program stays what it is. */
export function storeError(error: unknown): Error {
  const code = resultCode(error);
  if (!(error instanceof Error)) return new Error('The results store failed without an error', { cause: error });
  if (error instanceof StoreError || code === undefined) return error;
  if (REFUSED.includes(code)) {
    return new RecordRefused(`The results store refused the record (${error.message}); correct it`, { cause: error });
  }
  const advice = ADVICE.get(code) ?? 'try again, and read the cause if that does not help';
  return new StoreUnavailable(`The results store is away (${error.message}): ${advice}`, { cause: error });
}

/**
 * Runs `attempt` until no other process holds the lock, up to 5 s. The first try is synchronous; between
 * tries the event loop goes on, where SQLite's own busy timeout would block it.
 */
export async function whileBusy<T>(attempt: () => T): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const code = resultCode(error);
      if ((code !== BUSY && code !== PROTOCOL) || performance.now() >= deadline) throw storeError(error);
    }
    await delay(BETWEEN_TRIES_MS);
  }
}
