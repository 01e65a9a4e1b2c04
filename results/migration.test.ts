import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { PROCESS_OF_VERSION_FOUR, storeOfVersion } from './conformance/older-versions';
import { firstLine, withOtherProcesses } from './conformance/other-processes';
import { payloadHash } from './payload-hash';
import { SqliteRecords } from './sqlite';

const { path, second, plain } = withOtherProcesses();
const newJobs = (count: number) =>
  Array.from({ length: count }, () => ({ id: randomUUID(), type: 'add-one', input: 1 }));

/** Opens the store at argv 1, up to the COMMIT of its migration. */
const HALF_A_MIGRATION = `
  const { DatabaseSync } = require('node:sqlite');
  const exec = DatabaseSync.prototype.exec;
  DatabaseSync.prototype.exec = function (sql) {
    if (sql === 'COMMIT') {
      say('half');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    return exec.call(this, sql);
  };
  void load('sqlite').SqliteRecords.open(process.argv[1]);`;

test.each([1, 4] as const)(
  'ten processes open a store of version %d, one more is killed while it migrates: nothing is lost',
  async (version) => {
    const jobs = newJobs(500);
    storeOfVersion(version, path(), { jobs, state: 'done' });
    const killed = plain(HALF_A_MIGRATION, path());
    expect(await firstLine(killed.lines)).toBe('half');
    const body = `
      const job = { id: process.argv[1], type: 'add-one', input: 1 };
      say(JSON.stringify(await records.once(job, { result: 9 })));
      await records.close();`;
    const openers = Array.from({ length: 10 }, () => second(body, jobs[0]?.id ?? ''));
    const answers = Promise.all(openers.map(({ lines }) => firstLine(lines)));
    killed.child.kill('SIGKILL');
    expect(new Set(await answers)).toEqual(new Set(['{"outcome":"repeat","result":2}']));
    const records = await SqliteRecords.open(path());
    const found = await records.getMany(jobs.map(({ id }) => id));
    expect(found.filter(({ state, attempts }) => state === 'done' && attempts === 3)).toHaveLength(500);
    expect((await records.lease({ id: randomUUID(), type: 'add-one', input: 1 }, 60)).outcome).toBe('leased');
    await records.close();
  },
);

/** What a file is, by its version, its columns and its indexes; throws for one that is damaged. */
function shapeOf(file: string): string {
  const database = new DatabaseSync(file);
  try {
    const [check] = database.prepare('PRAGMA integrity_check').all();
    const [version] = database.prepare('PRAGMA user_version').all();
    const columns = database.prepare(`SELECT name, type FROM pragma_table_info('record')`).all();
    const types = columns.filter(({ name }) => ['input', 'result', 'type'].includes(String(name)));
    const indexes = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`).all();
    const rows = database
      .prepare('SELECT count(*) AS n, sum(input) AS inputs, sum(result) AS results FROM record')
      .get();
    const names = indexes.map(({ name }) => name).sort();
    return JSON.stringify([check, version, types.map(({ type }) => type), names, rows]);
  } finally {
    database.close();
  }
}

const RECORDS = 100_000;
const shape = (version: number, types: readonly string[], indexes: readonly string[]): string =>
  JSON.stringify([
    { integrity_check: 'ok' },
    { user_version: version },
    types,
    indexes,
    { n: RECORDS, inputs: RECORDS, results: 2 * RECORDS },
  ]);
const BEFORE = shape(4, ['REAL', 'REAL'], ['record_updated_at']);
const AFTER = shape(5, ['ANY', 'ANY', 'TEXT'], ['plusone_note_at', 'record_open', 'record_updated_at']);

test('killed at any moment of a migration of 100,000 records: of one version or the other, and readable', async () => {
  const jobs = newJobs(RECORDS);
  storeOfVersion(4, path(), { jobs, state: 'done' });
  expect(shapeOf(path()).replace(/\.0/g, '')).toBe(BEFORE);
  const open = `say('loaded'); load('sqlite').SqliteRecords.open(process.argv[1]).then(() => say('open'));`;
  for (let round = 0; round < 8; round += 1) {
    const copy = `${path()}.${round}`;
    copyFileSync(path(), copy);
    const { child, lines } = plain(`load('sqlite'); ${open}`, copy);
    const ended = once(child, 'exit');
    expect(await firstLine(lines)).toBe('loaded');
    await wait(8 * round);
    child.kill('SIGKILL');
    await ended;
    expect([BEFORE, AFTER]).toContain(shapeOf(copy).replace(/\.0/g, ''));
    const records = await SqliteRecords.open(copy);
    expect(await records.get(jobs[round]?.id ?? '')).toMatchObject({ state: 'done', input: 1, result: 2, attempts: 3 });
    await records.close();
    rmSync(copy);
  }
}, 240_000);

const ONCE_EACH = `
  const answers = [];
  for (const id of process.argv.slice(1)) {
    answers.push((await records.once({ id, type: 'add-one', input: 1 }, { result: 2 })).outcome);
    await new Promise((later) => setTimeout(later, 1));
  }
  say(JSON.stringify(answers));
  await records.close();`;

test('processes of version 4 and of this one record the same jobs at once: each once, none in conflict', async () => {
  storeOfVersion(4, path(), { jobs: newJobs(10), state: 'done' });
  const ids = newJobs(500).map(({ id }) => id);
  const reversed = ids.toReversed();
  const old = [ids, reversed].map((all) => plain(PROCESS_OF_VERSION_FOUR, path(), payloadHash({ input: 1 }), ...all));
  const told = old.map(({ lines }) => lines[Symbol.asyncIterator]());
  for (const lines of told) expect((await lines.next()).value).toBe('open');
  const young = [ids, reversed].map((all) => second(ONCE_EACH, ...all));
  const answers = await Promise.all([
    ...told.map(async (lines) => String((await lines.next()).value)),
    ...young.map(({ lines }) => firstLine(lines)),
  ]);
  const outcomes = answers.map((answer) => JSON.parse(answer) as string[]);
  for (const [at, list] of outcomes.entries()) if (at % 2 === 1) list.reverse();
  for (const index of ids.keys()) {
    expect(outcomes.map((list) => list[index]).sort()).toEqual(['recorded', 'repeat', 'repeat', 'repeat']);
  }
  for (const lines of told) {
    const read = JSON.parse(String((await lines.next()).value)) as unknown[];
    expect(new Set(read.map((one) => JSON.stringify(one)))).toEqual(new Set(['[1,2]']));
  }
  const records = await SqliteRecords.open(path());
  for (const record of await records.getMany(ids)) expect(record).toMatchObject({ state: 'done', input: 1, result: 2 });
  await records.close();
});

const PUT_NOTES = `
  for (let nth = 0; nth < 50; nth += 1) {
    await records.notes.put({ kind: 'audit', key: process.argv[1] + nth, at: nth, value: nth });
  }
  say('put');
  await records.close();`;

test('a file of before notes gets their table from two processes at once, beside one of before that goes on', async () => {
  await (await SqliteRecords.open(path())).close();
  const database = new DatabaseSync(path());
  database.exec('DROP TABLE plusone_note');
  database.close();
  const ids = newJobs(500).map(({ id }) => id);
  const old = plain(PROCESS_OF_VERSION_FOUR, path(), payloadHash({ input: 1 }), ...ids).lines[Symbol.asyncIterator]();
  expect((await old.next()).value).toBe('open');
  const young = ['a', 'b'].map((name) => second(PUT_NOTES, name));
  for (const { lines } of young) expect(await firstLine(lines)).toBe('put');
  expect(new Set(JSON.parse(String((await old.next()).value)) as string[])).toEqual(new Set(['recorded']));
  const records = await SqliteRecords.open(path());
  expect(await records.notes.list('audit', 1_000)).toHaveLength(100);
  await records.close();
});

test('tables of a team beside the records keep their references, views and triggers', async () => {
  const [job] = newJobs(1);
  storeOfVersion(4, path(), { jobs: job ? [job] : [], state: 'done' });
  const database = new DatabaseSync(path());
  database.exec(`
    CREATE TABLE theirs (job TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE);
    INSERT INTO theirs SELECT id FROM record;
    CREATE VIEW done AS SELECT id FROM record WHERE state = 'done';
    CREATE TRIGGER noted AFTER INSERT ON record BEGIN INSERT INTO theirs VALUES (new.id); END;`);
  database.close();
  const records = await SqliteRecords.open(path());
  await records.once({ id: randomUUID(), type: 'resize', input: { a: 1 } }, { result: 'x' });
  await records.close();
  const after = new DatabaseSync(path());
  expect(after.prepare('SELECT count(*) AS n FROM theirs').get()).toEqual({ n: 2 });
  expect(after.prepare('SELECT count(*) AS n FROM done').get()).toEqual({ n: 2 });
  after.close();
});
