import { randomUUID } from 'node:crypto';
import type { Job } from '../../contract/job';
import { DatabaseProxy, startRefusingServer } from '../conformance/database-proxy';
import { POSTGRES_URL, PostgresPlace, withPostgres } from '../conformance/postgres-place';
import { StoreUnavailable, StoreUnusable } from '../errors';
import { openRecords } from '../open';
import type { Effect, Records } from '../records';
import { provisionDatabase } from './postgres';

const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });

let place: PostgresPlace;

beforeEach(async () => {
  if (POSTGRES_URL !== undefined) place = await PostgresPlace.create();
});
afterEach(async () => {
  if (POSTGRES_URL !== undefined) await place.destroy();
});

withPostgres('provisioning', () => {
  test('by eight at once, again and again: one table, its records stay', async () => {
    const fresh = await PostgresPlace.create(false);
    await Promise.all(Array.from({ length: 8 }, () => provisionDatabase(fresh.url)));
    const job = newJob();
    const records = await fresh.open();
    await records.once(job, { result: 2 });
    await provisionDatabase(fresh.url);
    expect(await records.get(job.id)).toMatchObject({ state: 'done', result: 2 });
    const indexes = await fresh.query(
      `SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'plusone_record' ORDER BY indexname`,
    );
    expect(indexes.map(({ indexdef }) => String(indexdef).replace(/^.* ON \S+ USING /, ''))).toEqual([
      `btree (state, updated_at) WHERE (state <> 'done'::text)`,
      'btree (id)',
      'btree (updated_at)',
    ]);
    await fresh.destroy();
  });

  test('a database of before notes: none is found or taken, records go on; then two provision at once', async () => {
    const records = await place.open();
    await place.query('DROP TABLE plusone_note');
    const note = { kind: 'pause', key: 'jobs', at: 1_000, value: { who: 'somebody' } } as const;
    expect(await records.notes.get('pause', 'jobs')).toBeUndefined();
    expect(await records.notes.list('audit', 10)).toEqual([]);
    await records.notes.remove('pause', 'jobs');
    await expect(records.notes.put(note)).rejects.toThrow(/has no table plusone_note; run `npm run provision`$/);
    expect(await records.once(newJob(), { result: 2 })).toMatchObject({ outcome: 'recorded' });
    expect(await records.expire(Date.now() + 1)).toBe(1);
    await Promise.all([provisionDatabase(place.url), provisionDatabase(place.url)]);
    await records.notes.put(note);
    expect(await records.notes.get('pause', 'jobs')).toEqual(note);
  });

  test('by the role of the apps, which may create nothing: what is there will do, what is missing is said', async () => {
    const role = `r_${randomUUID().slice(0, 8)}`;
    const { schema } = place;
    await place.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
    const url = place.urlWith({ username: role });
    await provisionDatabase(url);
    await place.query('DROP TABLE plusone_note');
    const refused = provisionDatabase(url);
    await expect(refused).rejects.toThrow(/names may create no tables in the database .*; provision as one that may$/);
    await expect(refused).rejects.toBeInstanceOf(StoreUnusable);
    await place.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  test.each([
    ['plusone, version 0', /has version 0, this program needs version 1; run `npm run provision`$/],
    ['plusone, version 2', /has version 2, this program needs version 1; run the program that made it$/],
    ['jobs', /has a table plusone_record of another program; name another database in RESULTS$/],
  ])('a table whose comment is "%s": one sentence, and nothing is changed', async (comment, sentence) => {
    await place.query(`COMMENT ON TABLE plusone_record IS '${comment}'`);
    await expect(place.open()).rejects.toThrow(sentence);
    await expect(place.open()).rejects.toBeInstanceOf(StoreUnusable);
  });

  test('no table: one sentence at start, and later a store that is unavailable', async () => {
    const records = await place.open();
    await place.query('DROP TABLE plusone_record');
    const sentence = /^The database 127\.0\.0\.1:\d+\/\w+ has no table plusone_record; run `npm run provision`, or/;
    await expect(place.open()).rejects.toThrow(sentence);
    for (const call of [records.check(), records.once(newJob(), { result: 2 }), records.get(randomUUID())]) {
      await expect(call).rejects.toThrow(sentence);
      await expect(call).rejects.toBeInstanceOf(StoreUnavailable);
    }
    await provisionDatabase(place.url);
    expect(await records.once(newJob(), { result: 2 })).toMatchObject({ outcome: 'recorded' });
  });
});

withPostgres('what RESULTS names', () => {
  test.each([
    ['28P01', /refused the password; correct it in RESULTS/],
    ['28000', /refused this user, or the way it connects; correct RESULTS/],
    ['3D000', /There is no database 127\.0\.0\.1:\d+\/\w+; create it, or name another in RESULTS/],
  ])('a server that answers %s: one sentence at start, without the password', async (state, sentence) => {
    const server = await startRefusingServer(state);
    const opening = place.open(place.urlWith({ port: server.port, username: 'app', password: 's3cret' }));
    await expect(opening).rejects.toThrow(sentence);
    await expect(opening).rejects.toBeInstanceOf(StoreUnusable);
    await expect(opening).rejects.not.toThrow(/s3cret/);
    await server.close();
  });

  test.each([
    ['53300', /it takes no more connections; lower CONCURRENCY, or raise its max_connections$/],
    ['53100', /its disk is full; free some space$/],
    ['57P03', /it is stopping or starting; try again$/],
  ])('a server that answers %s: it starts, and is unavailable in one sentence', async (state, sentence) => {
    const server = await startRefusingServer(state);
    const records = await place.open(place.urlWith({ port: server.port }));
    await expect(records.once(newJob(), { result: 2 })).rejects.toThrow(sentence);
    await expect(records.check()).rejects.toBeInstanceOf(StoreUnavailable);
    await server.close();
  });

  test.each([
    ['a port where nobody listens', { port: '1' }, /did not answer, or not in time \(.*ECONNREFUSED/],
    ['TLS where the server has none', undefined, /takes no TLS; leave sslmode out of RESULTS, or turn TLS on there/],
    ['a certificate that is not there', undefined, /names a file that cannot be read \(ENOENT\); correct it/],
  ])('%s', async (what, parts, sentence) => {
    if (parts) {
      await expect((await place.open(place.urlWith(parts))).check()).rejects.toThrow(sentence);
      return;
    }
    const tls = what.startsWith('TLS') ? '&sslmode=no-verify' : '&sslmode=verify-full&sslrootcert=/nowhere.pem';
    await expect(place.open(place.url + tls)).rejects.toThrow(sentence);
    await expect(place.open(place.url + tls)).rejects.toBeInstanceOf(StoreUnusable);
  });

  test('a replica: refused at start; one that a running process ends up on is unavailable', async () => {
    const readOnly = place.urlWith({}, '-c default_transaction_read_only=on');
    await expect(place.open(readOnly)).rejects.toThrow(
      /takes no writes, as a replica does; name the primary in RESULTS$/,
    );
    await expect(provisionDatabase(readOnly)).rejects.toThrow(/takes no writes, as a replica does/);
  });

  test('a role without rights on the table', async () => {
    const role = `r_${randomUUID().slice(0, 8)}`;
    await place.query(`CREATE ROLE ${role} LOGIN`);
    const { schema } = place;
    await place.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
    const records = await place.open(place.urlWith({ username: role }));
    const write = records.once(newJob(), { result: 2 });
    await expect(write).rejects.toThrow(
      /There is no permission for the table .* grant SELECT, INSERT, UPDATE and DELETE/,
    );
    await expect(write).rejects.toBeInstanceOf(StoreUnavailable);
    await records.close();
    await place.query(`REVOKE ALL ON SCHEMA ${schema} FROM ${role}`);
    await place.query(`DROP ROLE ${role}`);
  });

  test('by openRecords, with whatever scheme PostgreSQL has', async () => {
    const results = place.url.replace('postgres:', 'postgresql:');
    const records = await openRecords({ results, dynamodbRegion: undefined, dynamodbEndpoint: undefined });
    expect(await records.once(newJob(), { result: 2 })).toMatchObject({ outcome: 'recorded' });
    await records.close();
  });
});

withPostgres('connections that are lost', () => {
  let proxy: DatabaseProxy;
  let records: Records;
  const effect: Effect = { result: 2, writes: [{ sql: 'INSERT INTO ledger VALUES ($1)', values: ['line'] }] };
  const lines = async (): Promise<number> => (await place.query('SELECT * FROM ledger')).length;

  beforeEach(async () => {
    proxy = await DatabaseProxy.start(POSTGRES_URL ?? '');
    await place.query('CREATE TABLE ledger (line text)');
    records = await place.open(place.urlWith({ port: proxy.port }));
  });
  afterEach(() => proxy.close());

  test('2,000 fresh jobs, 100 at once: at most 0.1 round trips a job', async () => {
    const before = proxy.roundTrips;
    const left = Array.from({ length: 2_000 }, newJob);
    const worker = async (): Promise<void> => {
      for (let job = left.pop(); job !== undefined; job = left.pop())
        expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
    };
    await Promise.all(Array.from({ length: 100 }, worker));
    expect(proxy.roundTrips - before).toBeGreaterThan(9);
    expect((proxy.roundTrips - before) / 2_000).toBeLessThanOrEqual(0.1);
  });

  test('an effect takes three round trips and one for each of its statements', async () => {
    await records.once(newJob(), effect);
    const before = proxy.roundTrips;
    await records.once(newJob(), effect);
    expect(proxy.roundTrips - before).toBe(4);
  });

  test('one that the database refuses, among others: it alone is refused, for good', async () => {
    const refused = records.once({ ...newJob(), id: 'a\u0000b' }, { result: 2 });
    const others = Array.from({ length: 20 }, () => records.once(newJob(), { result: 2 }));
    await expect(refused).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    for (const { outcome } of await Promise.all(others)) expect(outcome).toBe('recorded');
  });

  test.each(['statement_timeout', 'BEGIN', 'INSERT INTO ledger', 'COMMIT'])(
    'before %s: nothing is written, and once after',
    async (at) => {
      const job = newJob();
      proxy.cutting = { at, when: 'before' };
      await expect(records.once(job, effect)).rejects.toBeInstanceOf(StoreUnavailable);
      expect([await records.get(job.id), await lines()]).toEqual([undefined, 0]);
      expect(await records.once(job, effect)).toEqual({ outcome: 'recorded', result: 2 });
      expect(await lines()).toBe(1);
    },
  );

  test('after COMMIT, before its answer: unavailable, then a repeat, and one effect', async () => {
    const job = newJob();
    proxy.cutting = { at: 'COMMIT', when: 'after' };
    await expect(records.once(job, effect)).rejects.toThrow(/did not answer, or not in time .*; try again/);
    expect(await records.once(job, effect)).toEqual({ outcome: 'repeat', result: 2 });
    expect(await lines()).toBe(1);
  });

  test('a batch whose answer is lost: unavailable for all, then a repeat for each', async () => {
    const jobs = Array.from({ length: 20 }, newJob);
    await records.once(newJob(), { result: 2 });
    proxy.cutting = { at: 'plusone-fresh', when: 'after' };
    const answers = await Promise.allSettled(jobs.map((job) => records.once(job, { result: 2 })));
    for (const answer of answers) expect(answer).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE' } });
    const again = await Promise.all(jobs.map((job) => records.once(job, { result: 3 })));
    expect(again).toEqual(jobs.map(() => ({ outcome: 'repeat', result: 2 })));
  });

  test('all at once, as by a server that restarts: it goes on by itself', async () => {
    await records.once(newJob(), effect);
    await place.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()',
      [place.schema],
    );
    const job = newJob();
    for (let tries = 20; tries > 0; tries -= 1) {
      const answer = await records.once(job, effect).catch((error: unknown) => error);
      if (!(answer instanceof StoreUnavailable)) break;
    }
    expect(await records.get(job.id)).toMatchObject({ state: 'done' });
    expect(await lines()).toBe(2);
  });

  test('without a word: unavailable within the limit, and well with new connections', async () => {
    await records.check();
    proxy.silent = true;
    await expect(records.check()).rejects.toThrow(/did not answer, or not in time \(Query read timeout\); try again/);
    proxy.silent = false;
    expect(await records.once(newJob(), effect)).toMatchObject({ outcome: 'recorded' });
  });
});
