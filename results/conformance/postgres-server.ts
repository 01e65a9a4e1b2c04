import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { POSTGRES_URL } from './postgres-place';

const UP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** Where Debian's packages put PostgreSQL, a folder for each version. */
const INSTALLED = '/usr/lib/postgresql';
const VERSIONS = existsSync(INSTALLED) ? readdirSync(INSTALLED).sort() : [];
const program = (name: string): string => join(INSTALLED, VERSIONS.at(-1) ?? '', 'bin', name);

/** Whether tests of PostgreSQL are wanted, and can have a server of their own. */
export const HAS_POSTGRES = POSTGRES_URL !== undefined && existsSync(program('postgres'));

/** `app` needs a password, everybody else is trusted. */
const ACCESS = `
  host all app 127.0.0.1/32 scram-sha-256
  host all all 127.0.0.1/32 trust
  host replication all 127.0.0.1/32 trust
`;

/** No sync is needed: what a killed process has written is in the system's hands already. */
const SETTINGS = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' };

/** PostgreSQL refuses to run as root. */
function asPostgres(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

const run = (name: string, ...given: readonly string[]): void => {
  execFileSync(program(name), given, { ...asPostgres(), cwd: '/', stdio: 'pipe' });
};

/** A PostgreSQL server of a test's own, which may be killed, filled and starved. */
export class PostgresServer {
  private process: ChildProcess | undefined;

  /** Starts it; `settings` are those of postgresql.conf. */
  static async make(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const server = new PostgresServer(await freePort(), settings);
    run('initdb', '-D', server.folder, '-U', 'rig', '-A', 'trust', '-E', 'UTF8', '--locale', 'C.UTF-8', '--no-sync');
    writeFileSync(join(server.folder, 'pg_hba.conf'), ACCESS);
    await server.start();
    return server;
  }

  /** The folder of its data, which belongs to the user that it runs as. */
  readonly folder = mkdtempSync('/tmp/plusone-postgres-');

  private constructor(
    readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.give(this.folder);
  }

  /** Gives a file to the user that the server runs as. */
  give(file: string): void {
    const { uid, gid } = asPostgres();
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
  }

  get url(): string {
    return `postgres://rig@127.0.0.1:${this.port}/postgres`;
  }

  /** Resolves once it takes connections. */
  async start(): Promise<void> {
    const settings = { ...SETTINGS, ...this.settings };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const given = ['-D', this.folder, '-p', String(this.port), ...options];
    const until = Date.now() + UP_WITHIN_MS;
    while (!(await this.isUp())) {
      if (Date.now() > until) throw new Error(`PostgreSQL in ${this.folder} does not start`);
      // After a kill it may refuse to start, while a process of the former server is still there.
      if (!this.isRunning)
        this.process = spawn(program('postgres'), given, { ...asPostgres(), cwd: '/', stdio: 'ignore' });
      await wait(LOOK_EVERY_MS);
    }
  }

  /** Kills it by SIGKILL, whatever it is doing. Its other processes end as they notice. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts a standby that follows this server. */
  async standby(): Promise<PostgresServer> {
    const standby = new PostgresServer(await freePort(), this.settings);
    run('pg_basebackup', '-D', standby.folder, '-d', this.url, '-R', '-c', 'fast', '-X', 'stream');
    await standby.start();
    return standby;
  }

  promote(): void {
    run('pg_ctl', 'promote', '-D', this.folder, '-w');
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<QueryResultRow[]> {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 1_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<QueryResultRow>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  async remove(): Promise<void> {
    await this.end('SIGQUIT');
    rmSync(this.folder, { recursive: true });
  }

  private get isRunning(): boolean {
    return this.process?.exitCode === null && this.process.signalCode === null;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.process || !this.isRunning) return;
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    await ended;
  }

  private async isUp(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }
}
