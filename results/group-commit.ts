import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTick } from 'node:timers/promises';
import { breaksConstraint, storeError, whileBusy } from './busy';
import { EffectRefused, StoreClosed, StoreUnavailable } from './errors';

/** Limits the writes of a transaction, so that it holds lock and event loop for some 20 ms. */
const WRITES_PER_TRANSACTION = 1_000;

interface WaitingWrite {
  /** Runs the write. Returns what settles the caller's promise, to be called after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets writes that wait at the same time share one transaction, hence one sync to disk, with a savepoint each: one that
 * fails does not fail its neighbours. One that fails the whole transaction, as SQLite's `ON CONFLICT ROLLBACK` and
 * deferred constraints do, is found by running halves again. A write is answered only after its commit.
 */
export class GroupCommit {
  private waiting: WaitingWrite[] = [];
  /** Groups that were rolled back; they run again before the writes that wait. */
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

  /**
   * Runs `write` later in a shared transaction, and again if another write fails it. It must not begin or end one
   * itself.
   */
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

  /** Refuses further writes. Resolves when those waiting are answered. */
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

  /** Commits. If a deferred constraint fails, it belongs to an effect's table: the records have none. */
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
      // On a full disk and the like SQLite has rolled back the whole transaction.
      if (!this.database.isTransaction) throw error;
      undo.run();
      release.run();
      return () => {
        write.reject(storeError(error));
      };
    }
  }

  /** Ends a transaction that a failed COMMIT may leave open, since none could begin after it. */
  private rollback(): void {
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
  }
}
