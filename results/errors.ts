/** Base of what a results store throws: a stable code, the facts as fields, a sentence that says what to do. */
export abstract class StoreError extends Error {
  abstract readonly code: string;
}

/** The store did not answer or could not write. Nothing is promised; the caller keeps the job and tries again. */
export class StoreUnavailable extends StoreError {
  override readonly name: string = 'StoreUnavailable';
  readonly code: string = 'STORE_UNAVAILABLE';
  readonly retryAfterSeconds: number = 1;
}

/**
 * The store is there, but not for this record, such as one that is damaged: its job waits, and others go on. What keeps
 * it from being read or written is said in the message.
 */
export class RecordUnavailable extends StoreUnavailable {
  override readonly name = 'RecordUnavailable';
}

/** A call after `close()`: another process, or the next start, has to do it. */
export class StoreClosed extends StoreUnavailable {
  override readonly name = 'StoreClosed';
  override readonly code = 'STORE_CLOSED';
  constructor() {
    super('The results store is closed because this process is stopping; try again once it has restarted');
  }
}

/** The store refused this record. Trying again will not help. */
export class RecordRefused extends StoreError {
  override readonly name = 'RecordRefused';
  readonly code = 'RECORD_REFUSED';
}

/**
 * `RESULTS` does not name a results store of this version, so the process must not start. Or the table of notes is
 * missing, or this user has no right to it, so what needs notes is refused.
 */
export class StoreUnusable extends StoreError {
  override readonly name = 'StoreUnusable';
  readonly code = 'STORE_UNUSABLE';
}

/**
 * A write of the job's effect, or its condition, was refused; nothing was written. The same again may succeed later.
 */
export class EffectRefused extends StoreError {
  override readonly name = 'EffectRefused';
  readonly code = 'EFFECT_REFUSED';
}

/** For stores whose transaction cannot include a callback. */
export function assertNoTransaction(transaction: unknown, store: string): void {
  if (transaction === undefined) return;
  throw new RecordRefused(
    `RESULTS names ${store}, where an effect consists of writes; its transaction, a callback, is for PostgreSQL`,
  );
}
