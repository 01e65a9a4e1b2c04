import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient, type PoolConfig } from 'pg';
import { StoreUnusable } from '../errors';
import { codeOf } from './database-errors';

/** Limits how long a connection may take to be made. */
const CONNECT_LIMIT_MS = 5_000;

/** Limits a statement of the records' own, which also finds a server that vanished. */
export const CALL_LIMIT_MS = 10_000;

/** Limits a statement of an effect. */
const EFFECT_CALL_LIMIT_MS = 60_000;

/** Limits the connections for records, which need few: writes that wait together share a statement. */
const RECORD_CONNECTIONS = 4;

/** Limits the connections of a process for effects, which hold one each. By default a server accepts 100 in all. */
const MAX_EFFECT_CONNECTIONS = 20;

/**
 * Limits how long this one connection takes to be made. The pool's own limit would also count the wait for a free
 * connection, so that slow effects would look like a database that is unavailable.
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
  /** The URL for people: without user and password. */
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
 * Lets the server end a statement a little before it is given up here. Otherwise one that waits for a lock would keep
 * its connection for as long as the lock is held, and each try would add a connection. It is no parameter of the
 * connection's start, which poolers refuse.
 */
const LIMIT = `SELECT set_config('statement_timeout', $1, false) WHERE current_setting('statement_timeout') = '0'`;
const SOONER_MS = 500;

function poolOf(config: PoolConfig, limitMs: number): Pool {
  const limit = { text: LIMIT, values: [String(limitMs - SOONER_MS)], query_timeout: CALL_LIMIT_MS };
  const onConnect = (client: ClientBase): Promise<unknown> => client.query(limit);
  // Missing in its types: `onConnect`, which is awaited before anything else is sent.
  const whole: PoolConfig & { readonly onConnect: typeof onConnect } = { ...config, query_timeout: limitMs, onConnect };
  const pool = new Pool(whole);
  // If an idle connection is lost, the pool drops it, and the next statement makes another.
  pool.on('error', () => undefined);
  return pool;
}

/** Parses the URL, which also reads the files that `sslrootcert` and the like name. */
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

/** Runs `use` with a connection of its own. A connection that was lost, or may still be at work, is not used again. */
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
