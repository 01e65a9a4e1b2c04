import { type QueryResultRow } from 'pg';
import { toRecord } from '../../results/stored-record';
import { fromPgRow } from '../../results/postgres/rows';
import { TABLE } from '../../results/postgres/schema';
import { type JobRecord } from '../../results/records';
import { OwnSchema } from '../rig/own-schema';
import { DatabaseGateway } from './database-gateway';
import { type LedgerLine } from './history';
import { type ChaosStore, type StorePlace } from './store';

const LEDGER = 'CREATE TABLE ledger (seq bigserial PRIMARY KEY, job text, type text, number integer, at float8)';
const INSERT =
  'INSERT INTO ledger (job, type, number, at) VALUES ($1, $2, $3, extract(epoch FROM clock_timestamp()) * 1000)';

/** A schema of its own in a database. */
export class PostgresStore implements ChaosStore {
  readonly ledgerArguments = ['--insert', INSERT];

  private constructor(private readonly schema: OwnSchema) {}

  static async open(server: string): Promise<PostgresStore> {
    const schema = await OwnSchema.create(server, 'chaos');
    await schema.client.query(LEDGER);
    return new PostgresStore(schema);
  }

  async place(): Promise<StorePlace> {
    const gateway = await DatabaseGateway.open(this.schema.url);
    return { gateway, env: { RESULTS: String(Object.assign(new URL(this.schema.url), { port: gateway.port })) } };
  }

  async ledger(): Promise<LedgerLine[]> {
    return (await this.schema.client.query<LedgerLine>('SELECT job, type, number, at FROM ledger ORDER BY seq')).rows;
  }

  async records(): Promise<JobRecord[]> {
    const { rows } = await this.schema.client.query<QueryResultRow>(`SELECT *, xmin::text AS version FROM ${TABLE}`);
    return rows.map((row) => toRecord(fromPgRow(row).record));
  }

  close(): Promise<void> {
    return this.schema.drop();
  }
}
