import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { refusedBySqlite, storeError } from './busy';
import { EffectRefused, RecordRefused } from './errors';
import type { ItemWrite, SqlWrite } from './records';

/** Effects consist of few statements, run again and again with other values. */
const KEPT_STATEMENTS = 100;

/** What may begin a write: a transaction begun or ended here would be that of other jobs too. */
const WRITES = /^\s*(?:insert|update|delete|replace|with)\b/i;

/** SQLite would prepare the first of several statements and ignore the others. */
const ANOTHER = /;\s*\S/;

/** The writes of jobs' effects, each run in the savepoint of its job's record. */
export class SqlEffects {
  private readonly statements = new Map<string, StatementSync>();

  constructor(private readonly database: DatabaseSync) {}

  /** Throws `EffectRefused` or `RecordRefused` for what the caller's savepoint is to undo. */
  carryOut(writes: readonly (SqlWrite | ItemWrite)[]): void {
    for (const write of writes) {
      if (!('sql' in write)) {
        throw new RecordRefused(
          'RESULTS names a SQLite store, whose writes are { sql, values }; this one is for DynamoDB',
        );
      }
      this.run(write);
    }
  }

  private run({ sql, values = [], changes }: SqlWrite): void {
    const changed = this.changedBy(sql, values);
    if (changes !== undefined && changed !== changes) {
      throw new EffectRefused(`A write of the effect changed ${changed} rows, not ${changes}: ${sql}`);
    }
  }

  private changedBy(sql: string, values: NonNullable<SqlWrite['values']>): number {
    try {
      return Number(this.prepared(sql).run(...values).changes);
    } catch (error) {
      if (!refusedBySqlite(error)) throw storeError(error);
      const text = error instanceof Error ? error.message : String(error);
      throw new EffectRefused(`A write of the effect was refused (${text}): ${sql}`, { cause: error });
    }
  }

  private prepared(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    if (!WRITES.test(sql) || ANOTHER.test(sql)) {
      throw new RecordRefused(`A write of an effect is one INSERT, UPDATE, DELETE or REPLACE, not: ${sql}`);
    }
    const statement = this.database.prepare(sql);
    const [oldest] = this.statements.keys();
    if (this.statements.size >= KEPT_STATEMENTS && oldest !== undefined) this.statements.delete(oldest);
    this.statements.set(sql, statement);
    return statement;
  }
}
