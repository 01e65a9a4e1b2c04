import { randomUUID } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { processVariables } from '../../contract/environment';
import { PostgresRecords, provisionDatabase } from '../postgres/postgres';

/** Undefined on a bare machine; `.ci/run` starts a server. */
export const POSTGRES_URL = processVariables['TEST_POSTGRES_URL'];

/** `describe` where there is a PostgreSQL server, and skipped where there is none. */
export const withPostgres = POSTGRES_URL === undefined ? describe.skip : describe;

const CONCURRENCY = 100;

/** A schema of its own in the server's database, as one more database would be. */
export class PostgresPlace {
  readonly url: string;
  private readonly opened: PostgresRecords[] = [];

  /** `provisioned`: the table for records is made, too. */
  static async create(provisioned = true): Promise<PostgresPlace> {
    const place = new PostgresPlace(`t_${randomUUID().replaceAll('-', '')}`);
    await place.query(`CREATE SCHEMA ${place.schema}`);
    if (provisioned) await provisionDatabase(place.url);
    return place;
  }

  private constructor(readonly schema: string) {
    this.url = this.urlWith({});
  }

  /** The URL with other parts, or with settings for its connections. */
  urlWith(parts: Partial<Pick<URL, 'port' | 'username' | 'password' | 'pathname'>>, settings = ''): string {
    const url = Object.assign(new URL(POSTGRES_URL ?? ''), parts);
    url.searchParams.set('application_name', this.schema);
    url.searchParams.set('options', `-c search_path=${this.schema} ${settings}`);
    return String(url);
  }

  /** Opens records, which are closed with the place. */
  async open(url = this.url, concurrency = CONCURRENCY): Promise<PostgresRecords> {
    const records = await PostgresRecords.open({ url, concurrency });
    this.opened.push(records);
    return records;
  }

  /** Runs a statement by a connection of its own. */
  async query(sql: string, values: readonly unknown[] = []): Promise<QueryResultRow[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<QueryResultRow>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  async destroy(): Promise<void> {
    await Promise.all(this.opened.map((records) => records.close()));
    await this.query(`DROP SCHEMA ${this.schema} CASCADE`);
  }
}
