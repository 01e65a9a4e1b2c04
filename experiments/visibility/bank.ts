import { DatabaseSync } from 'node:sqlite';
import { type Job } from '../../contract/job';
import { type SqlWrite } from '../../results/records';
import { numberJob } from '../rig/jobs';

/** Moves its input from payer to payee; its result is what was moved. */
export const TRANSFER = numberJob('transfer');

/** A transfer as it was booked. */
export interface Booking {
  readonly jobId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Nothing here keeps a job from being booked twice. */
const TABLES = `
  CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER NOT NULL) STRICT;
  CREATE TABLE booking (job_id TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  INSERT INTO account VALUES ('payer', 1000000), ('payee', 0);
`;

/** What a transfer writes: one effect, whoever carries it out. */
export const transfer = ({ id, input }: Job<number>): readonly SqlWrite[] => [
  { sql: "UPDATE account SET balance = balance - ? WHERE name = 'payer'", values: [input], changes: 1 },
  { sql: "UPDATE account SET balance = balance + ? WHERE name = 'payee'", values: [input], changes: 1 },
  { sql: 'INSERT INTO booking VALUES (?, ?)', values: [id, Date.now()] },
];

/** The accounts of one cell, in the file of its results store. */
export class Bank {
  private readonly database: DatabaseSync;

  constructor(path: string) {
    this.database = new DatabaseSync(path, { timeout: 1_000 });
  }

  found(): void {
    this.database.exec(TABLES);
  }

  /** Books it, however often it was booked before. */
  pay(job: Job<number>): void {
    this.database.exec('BEGIN IMMEDIATE');
    for (const { sql, values = [] } of transfer(job)) this.database.prepare(sql).run(...values);
    this.database.exec('COMMIT');
  }

  /** What the payee has: the money moved. */
  moved(): number {
    return Number(this.database.prepare("SELECT balance FROM account WHERE name = 'payee'").get()?.['balance']);
  }

  bookings(): Booking[] {
    const rows = this.database.prepare('SELECT job_id, at FROM booking ORDER BY at').all();
    return rows.map((row) => ({ jobId: String(row['job_id']), at: Number(row['at']) }));
  }

  close(): void {
    this.database.close();
  }
}
