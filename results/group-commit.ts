import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTick } from 'node:timers/promises';
import { breaksConstraint, storeError, whileBusy } from './busy';
import { EffectRefused, StoreClosed, StoreUnavailable } from './errors';

/** Bounds how long one transaction holds the lock and the event loop: some 20 ms. */
const WRITES_PER_TRANSACTION = 1_000;

interface WaitingWrite {
  /** Runs the write; what it returns settles the caller's promise and is called after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Writes that wait at the same time share one transaction, hence one sync to disk, with a savepoint
 * each: one that fails does not fail its neighbours. One that fails all of it, as SQLite's `ON CONFLICT ROLLBACK` and
 * constraints checked at COMMIT do, is found by halves, which run again. A write is answered only after its commit.
 */
export class GroupCommit {
  private waiting: WaitingWrite[] = [];
  /** Groups that were rolled back and run again, before those that wait. */
  private again: (readonly WaitingWrite[])[] = [];
  private flushing: Promise<void> | undefined;
  private closed = false;
  private readonly statements: Readonly<Record<'begin' | 'commit' | 'savepoint' | 'release' | 'undo', StatementSync>>;

  constructor(private readonly database: DatabaseSync) {
    this.statements = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      savepoint: database.prepare('SAVEPOINT one'),
      release: database.prepare('RELEASE one'),
      undo: database.prepare('ROLLBACK TO one'),
    };
  }

  /** `write` runs later, in a transaction that others share, and again if one of them fails all; it must not begin or end one itself. */
  add<T>(write: () => T): Promise<T> {
    if (this.closed) return Promise.reject(new StoreClosed());
    return new Promise<T>((resolve, reject) => {
      const run = (): (() => void) => {
        const answer = write();
        return () => {
          resolve(answer);
        };
      };
      this.waiting.push({ run, reject });
      this.flushing ??= this.flush();
    });
  }

  /** Takes no more writes and resolves when those waiting are answered. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flushing;
  }

  private async flush(): Promise<void> {
    do {
      await nextTick();
      try {
        await whileBusy(() => {
          this.begin();
        });
        this.commit(this.again.shift() ?? this.waiting.splice(0, WRITES_PER_TRANSACTION));
      } catch (error) {
        for (const write of [...this.again.splice(0).flat(), ...this.waiting.splice(0)])
          write.reject(storeError(error));
      }
    } while (this.again.length + this.waiting.length > 0);
    this.flushing = undefined;
  }

  private begin(): void {
    this.rollback();
    this.statements.begin.run();
  }

  private commit(writes: readonly WaitingWrite[]): void {
    try {
      const answers = writes.map((write) => this.inSavepoint(write));
      this.end();
      for (const answer of answers) answer();
    } catch (error) {
      const failure = storeError(error);
      const middle = Math.ceil(writes.length / 2);
      if (writes.length > 1 && !(failure instanceof StoreUnavailable)) {
        this.again.unshift(writes.slice(0, middle), writes.slice(middle));
      } else {
        for (const write of writes) write.reject(failure);
      }
      this.rollback();
    }
  }

  /** No constraint of the records waits for the commit: it is one of an effect's tables. */
  private end(): void {
    try {
      this.statements.commit.run();
    } catch (error) {
      if (!breaksConstraint(error)) throw error;
      const text = 'A constraint of the tables it writes to refused the effect at its commit; correct what it writes';
      throw new EffectRefused(text, { cause: error });
    }
  }

  private inSavepoint(write: WaitingWrite): () => void {
    const { savepoint, release, undo } = this.statements;
    savepoint.run();
    try {
      const answer = write.run();
      release.run();
      return answer;
    } catch (error) {
      // On a full disk and the like SQLite rolls the whole transaction back: nobody's write is in it.
      if (!this.database.isTransaction) throw error;
      undo.run();
      release.run();
      return () => {
        write.reject(storeError(error));
      };
    }
  }

  /** A failed COMMIT may leave its transaction open, and nothing could begin after it. */
  private rollback(): void {
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
  }
}
