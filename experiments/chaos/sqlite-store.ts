import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { toRecord } from '../../results/stored-record';
import { type JobRecord } from '../../results/records';
import { fromRow } from '../../results/rows';
import { SqliteRecords } from '../../results/sqlite';
import { type LedgerLine } from './history';
import { type ChaosStore, type StorePlace } from './store';

const TRY_LOCK_EVERY_MS = 1;
const LEDGER =
  'CREATE TABLE ledger (seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT, type TEXT, number INTEGER, at REAL)';
const INSERT = "INSERT INTO ledger (job, type, number, at) VALUES (?, ?, ?, unixepoch('subsec') * 1000)";

export class SqliteStore implements ChaosStore {
  readonly ledgerArguments = ['--insert', INSERT];

  private constructor(
    private readonly path: string,
    private readonly database: DatabaseSync,
  ) {}

  static async open(folder: string): Promise<SqliteStore> {
    const path = join(folder, 'results.db');
    const records = await SqliteRecords.open(path);
    await records.close();
    const database = new DatabaseSync(path, { timeout: 0 });
    database.exec(LEDGER);
    return new SqliteStore(path, database);
  }

  place(): Promise<StorePlace> {
    return Promise.resolve({ env: { RESULTS: `sqlite:${this.path}` }, gateway: undefined });
  }

  ledger(): Promise<LedgerLine[]> {
    const rows = this.database.prepare('SELECT job, type, number, at FROM ledger ORDER BY seq').all();
    return Promise.resolve(
      rows.map(({ job, type, number, at }) => ({
        ...{ job: String(job), type: String(type), number: Number(number), at: Number(at) },
      })),
    );
  }

  records(): Promise<JobRecord[]> {
    return Promise.resolve(this.database.prepare('SELECT * FROM record').all().map(fromRow).map(toRecord));
  }

  async lock(ms: number): Promise<void> {
    const since = performance.now();
    while (!this.begin()) await wait(TRY_LOCK_EVERY_MS);
    await wait(Math.max(0, ms - (performance.now() - since)));
    this.database.exec('ROLLBACK');
  }

  close(): Promise<void> {
    this.database.close();
    return Promise.resolve();
  }

  private begin(): boolean {
    try {
      this.database.exec('BEGIN EXCLUSIVE');
      return true;
    } catch {
      return false;
    }
  }
}
