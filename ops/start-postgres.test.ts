import { PostgresPlace, withPostgres } from '../results/conformance/postgres-place';
import { eventually } from '../test/harness/eventually';
import { endApps, runApp } from '../test/harness/processes';
import { StartPlace } from '../test/harness/start-place';

jest.setTimeout(90_000);

let place: StartPlace;
let database: PostgresPlace;

// A bare machine has no PostgreSQL; `.ci/run` brings one.
withPostgres('RESULTS names a PostgreSQL database', () => {
  beforeEach(async () => {
    place = await StartPlace.make();
    database = await PostgresPlace.create(false);
  });
  afterEach(async () => {
    await endApps();
    await database.destroy();
    await place.remove();
  });

  it('npm start makes the table, records there, and shows no user', async () => {
    const app = await place.start({ RESULTS: database.url });
    const location = await place.produce(41);
    await eventually(async () => {
      expect(await place.result(location)).toMatchObject({ status: 'done', input: 41, result: 42 });
    });
    expect(await database.query('SELECT state, input FROM plusone_record')).toEqual([{ state: 'done', input: '41' }]);
    expect(app.lines.join('\n')).not.toContain('rig@');
    expect(await app.stop('SIGTERM', 40_000)).toEqual({ code: 0, signal: null });
  });

  it.each([
    [
      'COMMENT ON TABLE plusone_record IS $$plusone, version 2$$',
      /version 2, this program needs version 1; run the pro/,
    ],
    [
      'COMMENT ON TABLE plusone_record IS $$plusone, version 0$$',
      /version 0, this program needs version 1; run `npm ru/,
    ],
    ['DROP TABLE plusone_record', /has no table plusone_record; run `npm run provision`/],
  ])('the consumer does not start after %s: one sentence', async (sql, sentence) => {
    await database.destroy();
    database = await PostgresPlace.create();
    await database.query(sql);
    const env = {
      ...place.env,
      RESULTS: database.url,
      QUEUE_URL: 'http://127.0.0.1:1/0/jobs',
      DLQ_URL: 'http://127.0.0.1:1/0/dlq',
    };
    const app = runApp('dist/consumer/main.js', { env });
    expect(await app.exit(60_000)).toMatchObject({ code: 1 });
    expect(app.lines.filter((line) => sentence.test(line))).toHaveLength(1);
    expect(app.lines.join('\n')).not.toMatch(/^\s+at /m);
  });
});
