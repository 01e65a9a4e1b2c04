import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { provisionDatabase } from '../../results/postgres/postgres';

/** A schema of an experiment's own in a database, with the tables of the records in it. */
export class OwnSchema {
  private constructor(
    /** As `RESULTS` takes it. */
    readonly url: string,
    /** Works in the schema. */
    readonly client: Client,
    private readonly name: string,
  ) {}

  /** `experiment` tells whose it is, should it be left behind. */
  static async create(server: string, experiment: string): Promise<OwnSchema> {
    const name = `${experiment}_${randomUUID().replaceAll('-', '')}`;
    const url = new URL(server);
    url.searchParams.set('options', `-c search_path=${name}`);
    const client = new Client({ connectionString: String(url) });
    await client.connect();
    const schema = new OwnSchema(String(url), client, name);
    try {
      await client.query(`CREATE SCHEMA ${name}`);
      await provisionDatabase(String(url));
    } catch (error) {
      await schema.drop();
      throw error;
    }
    return schema;
  }

  async drop(): Promise<void> {
    try {
      await this.client.query(`DROP SCHEMA IF EXISTS ${this.name} CASCADE`);
    } finally {
      await this.client.end();
    }
  }
}
