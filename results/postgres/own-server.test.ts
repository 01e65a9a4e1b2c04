import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Job } from '../../contract/job';
import { Disk } from '../../test/harness/disk';
import { HAS_POSTGRES, PostgresServer } from '../conformance/postgres-server';
import { StoreUnavailable, StoreUnusable } from '../errors';
import { PostgresRecords, provisionDatabase } from './postgres';

// A bare machine has no PostgreSQL; `.ci/run` brings one.
const withServer = HAS_POSTGRES ? describe : describe.skip;

const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });
const done = { outcome: 'recorded', result: 2 };

const opened: PostgresRecords[] = [];
async function open(url: string): Promise<PostgresRecords> {
  const records = await PostgresRecords.open({ url, concurrency: 10 });
  opened.push(records);
  return records;
}

const MAX_CONNECTIONS = 12;

let server: PostgresServer;
const disk = HAS_POSTGRES ? Disk.mounted() : undefined;

beforeAll(async () => {
  if (!HAS_POSTGRES) return;
  server = await PostgresServer.make({ max_connections: String(MAX_CONNECTIONS), superuser_reserved_connections: '0' });
  await provisionDatabase(server.url);
}, 60_000);
afterEach(async () => {
  await Promise.all(opened.splice(0).map((records) => records.close()));
});
afterAll(async () => {
  if (HAS_POSTGRES) await server.remove();
  disk?.remove();
});

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  return client;
}

const urlWith = (parts: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'search'>>): string =>
  String(Object.assign(new URL(server.url), parts));

withServer('a server that asks for a password', () => {
  beforeAll(async () => {
    await server.query(`CREATE ROLE app LOGIN PASSWORD 'right@1'`);
    await server.query('GRANT SELECT, INSERT, UPDATE, DELETE ON plusone_record TO app');
  });

  test('the right one, with a sign that a URL needs encoded', async () => {
    const records = await open(urlWith({ username: 'app', password: encodeURIComponent('right@1') }));
    expect(await records.once(newJob(), { result: 2 })).toEqual(done);
  });

  test('without rights to the notes each of them is refused in a sentence, and records go on', async () => {
    const records = await open(urlWith({ username: 'app', password: encodeURIComponent('right@1') }));
    const { notes } = records;
    for (const call of [
      notes.get('pause', 'jobs'),
      notes.list('hold', 10),
      notes.remove('hold', 'a'),
      notes.put({ kind: 'hold', key: 'a', at: 0, value: 1 }),
    ])
      await expect(call).rejects.toMatchObject({
        code: 'STORE_UNUSABLE',
        message: expect.stringMatching(
          /gives this user no right to plusone_note; grant SELECT, INSERT, UPDATE and DELETE$/,
        ),
      });
    expect(await records.expire(0)).toBe(0);
    expect(await records.once(newJob(), { result: 2 })).toEqual(done);
  });

  test.each([
    ['a wrong one', { username: 'app', password: 'wr0ng' }, /refused the password; correct it in RESULTS/],
    ['none', { username: 'app' }, /wants a password, and RESULTS names none; add it/],
    ['a user it does not know', { username: 'nobody' }, /refused this user, or the way it connects; correct RESULTS/],
    ['a database that is not there', { pathname: '/nowhere' }, /There is no database .*\/nowhere; create it/],
  ])('%s: one sentence at start, and from provisioning', async (_what, parts, sentence) => {
    for (const tried of [open, provisionDatabase]) {
      const attempt = tried(urlWith(parts));
      await expect(attempt).rejects.toThrow(sentence);
      await expect(attempt).rejects.toBeInstanceOf(StoreUnusable);
      await expect(attempt).rejects.not.toThrow(/wr0ng|\n/);
    }
  });
});

withServer('a server under pressure', () => {
  test('all connections taken: it opens, is unavailable in one sentence, and goes on once there are some', async () => {
    const taken: Client[] = [];
    const isTaken = (): Promise<boolean> =>
      connected().then(
        (client) => taken.push(client) > MAX_CONNECTIONS,
        () => true,
      );
    while (!(await isTaken())) expect(taken.length).toBeLessThanOrEqual(MAX_CONNECTIONS);
    const records = await open(server.url);
    const job = newJob();
    const refused = records.once(job, { result: 2 });
    await expect(refused).rejects.toThrow(
      /takes no more connections; lower CONCURRENCY, or raise its max_connections$/,
    );
    await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
    await Promise.all(taken.map((client) => client.end()));
    expect(await records.get(job.id)).toBeUndefined();
    expect(await records.once(job, { result: 2 })).toEqual(done);
  });

  test('a statement that runs into statement_timeout: unavailable, in one sentence', async () => {
    const records = await open(urlWith({ search: '?options=-c%20statement_timeout=100' }));
    const holder = await connected();
    await holder.query('BEGIN; LOCK TABLE plusone_record');
    const slow = records.once(newJob(), { result: 2 });
    await expect(slow).rejects.toThrow(/a statement took longer than its statement_timeout; try again, and look at/);
    await expect(slow).rejects.toBeInstanceOf(StoreUnavailable);
    await holder.end();
    expect(await records.once(newJob(), { result: 2 })).toEqual(done);
  });

  test('a row that somebody keeps locked: unavailable within the limit, and no statement of ours waits on', async () => {
    const records = await open(server.url);
    const job = newJob();
    await records.claim(job);
    const holder = await connected();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM plusone_record WHERE id = $1 FOR UPDATE', [job.id]);
    const locked = records.once(job, { result: 2 });
    expect(await records.once(newJob(), { result: 2 })).toEqual(done);
    await expect(locked).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(locked).rejects.toThrow(/a statement took longer than its statement_timeout; try again, and look at/);
    expect(await server.query(`SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).toEqual([]);
    await holder.end();
    expect(await records.once(job, { result: 2 })).toEqual(done);
  }, 30_000);
});

withServer('a standby', () => {
  test('is refused at start in one sentence; promoted, it has what was recorded and takes more', async () => {
    const job = newJob();
    const records = await open(server.url);
    await records.once(job, { result: 2 });
    const standby = await server.standby();
    const sentence = /takes no writes, as a replica does; name the primary in RESULTS$/;
    await expect(open(standby.url)).rejects.toThrow(sentence);
    await expect(provisionDatabase(standby.url)).rejects.toThrow(sentence);
    standby.promote();
    const after = await open(standby.url);
    expect(await after.once(job, { result: 3 })).toEqual({ outcome: 'repeat', result: 2 });
    expect(await after.once(newJob(), { result: 2 })).toEqual(done);
    await after.close();
    await standby.remove();
  }, 60_000);
});

withServer('TLS, by the parameters of the URL', () => {
  const certificate = (name: string): string => join(server.folder, name);

  beforeAll(async () => {
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', certificate('server.key'), '-out', certificate('server.crt')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'pipe',
    });
    server.give(certificate('server.key'));
    server.give(certificate('server.crt'));
    await server.query('ALTER SYSTEM SET ssl = on');
    await server.query('SELECT pg_reload_conf()');
  });

  test.each(['no-verify', 'verify-full'])('sslmode=%s', async (mode) => {
    const records = await open(
      urlWith({ search: `?sslmode=${mode}${mode === 'no-verify' ? '' : `&sslrootcert=${certificate('server.crt')}`}` }),
    );
    expect(await records.once(newJob(), { result: 2 })).toEqual(done);
    const encrypted = await server.query('SELECT pid FROM pg_stat_ssl WHERE ssl');
    expect(encrypted).not.toEqual([]);
  });

  test('a certificate whose authority is not named: one sentence', async () => {
    const opening = open(urlWith({ search: '?sslmode=verify-full' }));
    await expect(opening).rejects.toThrow(/certificate of .* cannot be trusted; name its authority by sslrootcert in/);
    await expect(opening).rejects.toBeInstanceOf(StoreUnusable);
  });
});

// The last, since its tablespace is in the way of a standby on the same machine.
(disk ? withServer : describe.skip)('a disk that is full', () => {
  const folder = disk?.folder ?? '';
  const filler = join(folder, 'filler');

  test('refuses records in one sentence, keeps those it took, and goes on once there is space', async () => {
    server.give(folder);
    await server.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
    await server.query('CREATE DATABASE small');
    const url = urlWith({ pathname: '/small', search: '?options=-c%20default_tablespace=small' });
    await provisionDatabase(url);
    const records = await open(url);
    const result = 'x'.repeat(100_000).replaceAll('x', () => String.fromCharCode(33 + Math.floor(Math.random() * 90)));
    const acknowledged: string[] = [];
    const record = async (): Promise<unknown> => {
      const job = newJob();
      const answer = await records.once(job, { result }).catch((error: unknown) => error);
      if (!(answer instanceof Error)) acknowledged.push(job.id);
      return answer;
    };
    writeFileSync(filler, Buffer.alloc(500_000));
    let refused: unknown;
    for (let left = 100; left > 0 && !(refused instanceof Error); left -= 1) refused = await record();
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect(String(refused)).toMatch(/its disk is full; free some space$/);
    rmSync(filler);
    expect(await record()).toMatchObject({ outcome: 'recorded' });
    expect((await records.getMany(acknowledged)).map(({ state }) => state)).toEqual(acknowledged.map(() => 'done'));
  });
});
