import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient, type PoolConfig } from 'pg';
import { StoreUnusable } from '../errors';
import { codeOf } from './database-errors';

/** A connection is made, or given up, within this. */
const CONNECT_LIMIT_MS = 5_000;

/** Limits a statement of the records' own; a server that went away without a word is found by it. */
export const CALL_LIMIT_MS = 10_000;

/** Limits a statement of an effect. */
const EFFECT_CALL_LIMIT_MS = 60_000;

/** Records need few: what waits together shares a statement. */
const RECORD_CONNECTIONS = 4;

/** Limits the connections of a process for effects, which hold one each; a server takes 100 in all, if not told otherwise. */
const MAX_EFFECT_CONNECTIONS = 20;

/**
 * The limit is the client's own, not the pool's, which would also count the wait for another effect's connection: slow
 * effects must not look like a database that is away.
 */
class BoundedClient extends Client {
  constructor(config?: ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  }
}

export interface DatabasePlace {
  readonly url: string;
  /** Effects that may run at once. */
  readonly concurrency: number;
}

/** Connections to one database: few for records, and others for effects, so that a slow effect holds up no record. */
export class Connections {
  /** For people: without user and password. */
  readonly place: string;
  readonly records: Pool;
  readonly effects: Pool;

  constructor({ url, concurrency }: DatabasePlace) {
    this.place = placeOf(url);
    const common = { application_name: 'plusone', connectionString: url, keepAlive: true, Client: BoundedClient };
    this.records = poolOf({ ...common, max: RECORD_CONNECTIONS }, CALL_LIMIT_MS);
    this.effects = poolOf({ ...common, max: Math.min(concurrency, MAX_EFFECT_CONNECTIONS) }, EFFECT_CALL_LIMIT_MS);
  }

  async close(): Promise<void> {
    await Promise.all([this.records.end(), this.effects.end()]);
  }
}

/**
 * The server ends a statement a little before it is given up here. Otherwise one that waits for a lock would keep its
 * connection there for as long as the lock is held, and each try would add one. Not a parameter of the connection's
 * start, which poolers refuse.
 */
const LIMIT = `SELECT set_config('statement_timeout', $1, false) WHERE current_setting('statement_timeout') = '0'`;
const SOONER_MS = 500;

function poolOf(config: PoolConfig, limitMs: number): Pool {
  const limit = { text: LIMIT, values: [String(limitMs - SOONER_MS)], query_timeout: CALL_LIMIT_MS };
  const onConnect = (client: ClientBase): Promise<unknown> => client.query(limit);
  // Its types do not have `onConnect`, which is awaited before anything else is sent.
  const whole: PoolConfig & { readonly onConnect: typeof onConnect } = { ...config, query_timeout: limitMs, onConnect };
  const pool = new Pool(whole);
  // An idle connection was lost: the pool has dropped it, and the next statement makes another.
  pool.on('error', () => undefined);
  return pool;
}

/** A file that `sslrootcert` and the like name is read here. */
function placeOf(url: string): string {
  try {
    const { host, port, database = '' } = new Client({ connectionString: url });
    return `${host}:${port}/${database}`;
  } catch (error) {
    const why = codeOf(error);
    throw new StoreUnusable(
      `RESULTS is no URL of a database, or names a file that cannot be read (${why}); correct it`,
    );
  }
}

/** Runs `use` with a connection of its own; one that was lost, or may still be at work, is not used again. */
export async function withClient<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  const losing = (error: Error): void => {
    lost = error;
  };
  client.on('error', losing);
  try {
    return await use(client);
  } catch (error) {
    if (client.getTransactionStatus() !== 'I') lost ??= new Error('in an unknown state', { cause: error });
    throw error;
  } finally {
    client.off('error', losing);
    client.release(lost);
  }
}
