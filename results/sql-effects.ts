import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { messageOf } from '../contract/thrown';
import { refusedBySqlite, storeError } from './busy';
import { EffectRefused, RecordRefused } from './errors';
import type { ItemWrite, SqlWrite } from './records';

/** Limits the prepared statements that are kept: effects run few statements, again and again with other values. */
const KEPT_STATEMENTS = 100;

/** Matches what SQLite takes for one comment, and never more. */
const COMMENT = String.raw`--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/`;

/** How a write may begin. A statement that begins or ends a transaction would affect other jobs. */
const WRITES = new RegExp(String.raw`^(?:\s|${COMMENT})*(?:insert|update|delete|replace|with)\b`, 'i');

/** What may follow a statement: SQLite prepares the first of several and ignores the others. */
const NOTHING = new RegExp(String.raw`^(?:[\s;]|${COMMENT})*$`);

interface PreparedWrite {
  readonly statement: StatementSync;
  /** The highest number of its parameters. */
  readonly parameters: number;
}

/** The writes of jobs' effects, each run in the savepoint of its job's record. */
export class SqlEffects {
  private readonly kept = new Map<string, PreparedWrite>();

  constructor(private readonly database: DatabaseSync) {}

  /** Throws `EffectRefused` or `RecordRefused`, upon which the caller rolls back to its savepoint. */
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
      const { statement, parameters } = this.prepared(sql);
      if (parameters > values.length || !values.every(isValue)) {
        throw new EffectRefused(
          `A write of the effect takes ${parameters} values, each a string, a number, a bigint, bytes or null: ${sql}`,
        );
      }
      return Number(statement.run(...values).changes);
    } catch (error) {
      if (!refusedBySqlite(error)) throw storeError(error);
      throw new EffectRefused(`A write of the effect was refused (${messageOf(error)}): ${sql}`, { cause: error });
    }
  }

  private prepared(sql: string): PreparedWrite {
    const known = this.kept.get(sql);
    if (known !== undefined) return known;
    const write = prepareWrite(this.database, sql);
    const [oldest] = this.kept.keys();
    if (this.kept.size >= KEPT_STATEMENTS && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(sql, write);
    return write;
  }
}

/** Refuses statements that return rows too: nobody would read them, and a SELECT changes no rows to count. */
function prepareWrite(database: DatabaseSync, sql: string): PreparedWrite {
  if (!WRITES.test(sql)) throw noWrite(sql);
  const statement = database.prepare(sql);
  const { length } = statement.sourceSQL;
  if (!NOTHING.test(sql.slice(length)) || statement.columns().length > 0) throw noWrite(sql);
  return { statement, parameters: parametersOf(database, sql) };
}

const noWrite = (sql: string): RecordRefused =>
  new RecordRefused(`A write of an effect is one INSERT, UPDATE, DELETE or REPLACE that returns no rows, not: ${sql}`);

/** Counts the parameters in SQLite's bytecode of the statement, where `Variable` P1 reads parameter P1. */
function parametersOf(database: DatabaseSync, sql: string): number {
  const program = database.prepare(`EXPLAIN ${sql}`).all();
  return Math.max(0, ...program.filter(({ opcode }) => opcode === 'Variable').map(({ p1 }) => Number(p1)));
}

/**
 * Whether SQLite would bind the value as it is. It binds NaN and a missing parameter as NULL, and reads any object as
 * names.
 */
function isValue(value: unknown): boolean {
  if (typeof value === 'object') return value === null || ArrayBuffer.isView(value);
  return ['string', 'bigint'].includes(typeof value) || (typeof value === 'number' && !Number.isNaN(value));
}
