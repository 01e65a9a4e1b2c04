import { setTimeout as delay } from 'node:timers/promises';
import { errorOf } from '../contract/thrown';
import { RecordRefused, StoreUnavailable } from './errors';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const ERROR = 1;
const BUSY = 5;
const PROTOCOL = 15;
const CONSTRAINT = 19;
const REFUSED: readonly number[] = [18, CONSTRAINT, 20, 25];
/** A copy made by `cp` lacks what is still in the log. */
export const DAMAGED =
  'the file is damaged; stop, put it aside and restore a copy that VACUUM INTO made (docs/records.md)';

const ADVICE: ReadonlyMap<number, string> = new Map([
  [BUSY, 'another process holds its lock; try again, and look for one that keeps a transaction open'],
  [8, 'it is read-only; check the permissions of the file and its folder'],
  [10, 'the disk failed to read or write; check that it has space left, then the disk itself'],
  [11, DAMAGED],
  [13, 'the disk is full; free some space'],
  [14, 'the file cannot be opened; check that its folder exists and is writable'],
  [26, 'the file is no SQLite database; name another one in RESULTS'],
]);

const PATIENCE_MS = 5_000;
const BETWEEN_TRIES_MS = 2;

interface Fault {
  /** SQLite's primary result code. */
  readonly code: number;
  readonly message: string;
}

/**
 * SQLite's fault in an error, if it is one. Recognised by shape: under jest, Node's own errors are no instance of
 * Error.
 */
function faultOf(error: unknown): Fault | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error) || !('message' in error)) return undefined;
  if (typeof error.errcode !== 'number' || typeof error.message !== 'string') return undefined;
  return { code: error.errcode & 0xff, message: error.message };
}

/** Whether SQLite refused this one statement, while the store itself is fine. */
export function refusedBySqlite(error: unknown): boolean {
  const code = faultOf(error)?.code;
  return code !== undefined && (REFUSED.includes(code) || code === ERROR);
}

export const isBusy = (error: unknown): boolean => faultOf(error)?.code === BUSY;

/** Whether a COMMIT failed by a deferred constraint. */
export const breaksConstraint = (error: unknown): boolean => faultOf(error)?.code === CONSTRAINT;

/** Turns SQLite's errors into the store's. Bugs of the program stay as they are. */
export function storeError(error: unknown): Error {
  const fault = faultOf(error);
  if (fault === undefined) return errorOf(error, 'The results store failed');
  if (REFUSED.includes(fault.code)) {
    return new RecordRefused(`The results store refused the record (${fault.message}); correct it`, { cause: error });
  }
  const advice = ADVICE.get(fault.code) ?? 'try again, and read the cause if that does not help';
  return new StoreUnavailable(`The results store is unavailable (${fault.message}): ${advice}`, { cause: error });
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
      const code = faultOf(error)?.code;
      if ((code !== BUSY && code !== PROTOCOL) || performance.now() >= deadline) throw storeError(error);
    }
    await delay(BETWEEN_TRIES_MS);
  }
}
