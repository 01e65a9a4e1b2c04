import { randomUUID } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { toRecord } from '../../results/held-record';
import { provisionDatabase } from '../../results/postgres/postgres';
import { fromPgRow } from '../../results/postgres/rows';
import { TABLE } from '../../results/postgres/schema';
import { type JobRecord } from '../../results/records';
import { DatabaseGateway } from './database-gateway';
import { type LedgerLine } from './history';
import { type ChaosStore, type StorePlace } from './store';

const LEDGER = 'CREATE TABLE ledger (seq bigserial PRIMARY KEY, job text, type text, number integer, at float8)';
const INSERT =
  'INSERT INTO ledger (job, type, number, at) VALUES ($1, $2, $3, extract(epoch FROM clock_timestamp()) * 1000)';

/** A schema of its own in a database. */
export class PostgresStore implements ChaosStore {
  readonly ledgerArguments = ['--insert', INSERT];

  private constructor(
    private readonly url: string,
    private readonly schema: string,
    private readonly client: Client,
  ) {}

  static async open(server: string): Promise<PostgresStore> {
    const schema = `chaos_${randomUUID().replaceAll('-', '')}`;
    const url = new URL(server);
    url.searchParams.set('options', `-c search_path=${schema}`);
    const client = new Client({ connectionString: String(url) });
    await client.connect();
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(LEDGER);
    await provisionDatabase(String(url));
    return new PostgresStore(String(url), schema, client);
  }

  async place(): Promise<StorePlace> {
    const gateway = await DatabaseGateway.open(this.url);
    return { gateway, env: { RESULTS: String(Object.assign(new URL(this.url), { port: gateway.port })) } };
  }

  async ledger(): Promise<LedgerLine[]> {
    return (await this.client.query<LedgerLine>('SELECT job, type, number, at FROM ledger ORDER BY seq')).rows;
  }

  async records(): Promise<JobRecord[]> {
    const { rows } = await this.client.query<QueryResultRow>(`SELECT *, xmin::text AS version FROM ${TABLE}`);
    return rows.map((row) => toRecord(fromPgRow(row).held));
  }

  async close(): Promise<void> {
    await this.client.query(`DROP SCHEMA ${this.schema} CASCADE`);
    await this.client.end();
  }
}
