import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../contract/job';
import type { SqlWrite } from './records';
import { SqliteRecords } from './sqlite';

let folder: string;
let records: SqliteRecords;
/** The user's own connection to the same file. */
let own: DatabaseSync;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-effects-'));
  records = await SqliteRecords.open(join(folder, 'results.db'));
  own = new DatabaseSync(join(folder, 'results.db'), { timeout: 5_000 });
  own.exec(`
    CREATE TABLE account (owner TEXT PRIMARY KEY, balance INTEGER);
    INSERT INTO account VALUES ('ann', 100);
    CREATE TABLE line (text TEXT);
    CREATE TABLE strict_line (text TEXT PRIMARY KEY ON CONFLICT ROLLBACK);
    CREATE TABLE guarded (text TEXT);
    CREATE TRIGGER guard BEFORE INSERT ON guarded BEGIN SELECT RAISE (ROLLBACK, 'not here'); END;
    CREATE TABLE child (owner TEXT REFERENCES account (owner) DEFERRABLE INITIALLY DEFERRED)`);
});

afterEach(async () => {
  own.close();
  await records.close();
  rmSync(folder, { recursive: true, force: true });
});

const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });
const effectOf = (...writes: SqlWrite[]) => records.once(newJob(), { result: 2, writes });
const line = (text: string): SqlWrite => ({ sql: 'INSERT INTO line VALUES (?)', values: [text] });
const lines = (): unknown[] =>
  own
    .prepare('SELECT text FROM line')
    .all()
    .map((row) => row['text']);
const balance = (): unknown => own.prepare('SELECT balance FROM account').get()?.['balance'];
const TAKE = 'UPDATE account SET balance = balance - ? WHERE owner = ?';

describe('a write that ends the transaction it shares', () => {
  test.each<[string, SqlWrite]>([
    ['OR ROLLBACK', { sql: "INSERT OR ROLLBACK INTO account VALUES ('ann', 1)" }],
    ['ON CONFLICT ROLLBACK', { sql: "INSERT INTO strict_line VALUES ('twice'), ('twice')" }],
    ['RAISE (ROLLBACK)', { sql: "INSERT INTO guarded VALUES ('x')" }],
    ['a constraint checked at COMMIT', { sql: "INSERT INTO child VALUES ('nobody')" }],
  ])('%s: refused alone, its neighbours are written once', async (_, write) => {
    const jobs = Array.from({ length: 20 }, newJob);
    const answers = await Promise.allSettled(
      jobs.map((job, index) =>
        records.once(job, { result: 2, writes: [line(`line ${index}`), ...(index === 7 ? [write] : [])] }),
      ),
    );
    expect(answers[7]).toMatchObject({ status: 'rejected', reason: { code: 'EFFECT_REFUSED' } });
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(19);
    expect(await records.getMany(jobs.map(({ id }) => id))).toHaveLength(19);
    expect(new Set(lines()).size).toBe(19);
    expect(lines()).toHaveLength(19);
  });

  test('many of them among many: each is refused, nobody else is', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 500 }, (_, index) =>
        effectOf(line('kept'), ...(index % 50 === 0 ? [{ sql: "INSERT INTO child VALUES ('nobody')" }] : [])),
      ),
    );
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(lines()).toHaveLength(490);
  });
});

describe('one statement, and all of its values', () => {
  test.each<[string, SqlWrite]>([
    ['a value too few', { sql: TAKE, values: [30] }],
    ['no values', { sql: TAKE }],
    ['a value too many', { sql: TAKE, values: [30, 'ann', 1] }],
    ['a numbered one missing', { sql: 'UPDATE account SET balance = ?1 WHERE owner = ?2', values: [1] }],
    ['names, which a list does not give', { sql: 'UPDATE account SET balance = :sum', values: [] }],
  ])('%s: refused, not taken for NULL', async (_, write) => {
    await expect(effectOf(write)).rejects.toMatchObject({ code: 'EFFECT_REFUSED' });
    expect(balance()).toBe(100);
  });

  test('a statement used before does not remember its values', async () => {
    await effectOf({ sql: TAKE, values: [30, 'ann'] });
    await expect(effectOf({ sql: TAKE, values: [30] })).rejects.toMatchObject({ code: 'EFFECT_REFUSED' });
    expect(balance()).toBe(70);
  });

  test.each([undefined, NaN, {}, [], () => 1])('the value %p cannot be one: refused with a sentence', async (value) => {
    const values = [value] as unknown as SqlWrite['values'] & object;
    await expect(effectOf({ sql: 'INSERT INTO line VALUES (?)', values })).rejects.toMatchObject({
      code: 'EFFECT_REFUSED',
    });
    expect(lines()).toEqual([]);
  });

  test.each([
    "INSERT INTO line VALUES ('a; b');",
    "INSERT INTO line VALUES ('a; b') ; -- once; only",
    "/* why */ INSERT INTO line VALUES ('a; b') /* ; */",
    "-- why\nINSERT INTO line VALUES ('a; b')",
    "WITH given (text) AS (SELECT 'a; b') INSERT INTO line SELECT text FROM given",
  ])('%s is one write', async (sql) => {
    await effectOf({ sql, changes: 1 });
    expect(lines()).toEqual(['a; b']);
  });

  test.each([
    'WITH given AS (SELECT 1) SELECT * FROM given',
    "INSERT INTO line VALUES ('a') RETURNING text",
    "INSERT INTO line VALUES ('a'); INSERT INTO line VALUES ('b')",
    "INSERT INTO line VALUES ('a'); COMMIT",
    "INSERT INTO line VALUES ('a');/**/COMMIT",
    "INSERT INTO line VALUES ('a')\u0000; COMMIT",
    '/* INSERT */ COMMIT',
    '-- INSERT\nROLLBACK',
    ';COMMIT',
    'END',
    'RELEASE one',
    'VACUUM',
    'BEGIN',
    'SAVEPOINT mine',
    'PRAGMA synchronous = OFF',
    "ATTACH 'other.db' AS other",
    'DROP TABLE record',
    '/* */ COMMIT -- /* */ INSERT',
    '',
  ])('%j is none: refused for good', async (sql) => {
    const neighbour = effectOf(line('kept'));
    await expect(effectOf({ sql, changes: 1 })).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    expect(await neighbour).toMatchObject({ outcome: 'recorded' });
    expect(lines()).toEqual(['kept']);
  });

  test.each<[string, SqlWrite]>([
    ['no such table', { sql: 'INSERT INTO nowhere VALUES (1)' }],
    ['a syntax error', { sql: 'INSERT INTO' }],
    ['a constraint', { sql: "INSERT INTO account VALUES ('ann', 1)" }],
    ['another number of rows', { sql: TAKE, values: [1, 'nobody'], changes: 1 }],
    ['a row where none may change', { sql: TAKE, values: [1, 'ann'], changes: 0 }],
  ])('%s refuses the effect', async (_, write) => {
    const job = newJob();
    const refused = records.once(job, { result: 2, writes: [line('lost'), write] });
    await expect(refused).rejects.toMatchObject({ code: 'EFFECT_REFUSED' });
    expect([await records.get(job.id), lines(), balance()]).toEqual([undefined, [], 100]);
  });

  test('values come through as they are', async () => {
    own.exec('CREATE TABLE mine (a, b, c, d, e)');
    const values = [2n ** 62n, new Uint8Array([0, 255]), null, "it's; -- x", 0.1];
    await effectOf({ sql: 'INSERT INTO mine VALUES (?, ?, ?, ?, ?)', values });
    const read = own.prepare('SELECT * FROM mine');
    read.setReadBigInts(true);
    expect(Object.values(read.get() ?? {})).toEqual(values);
  });

  test('more different statements than are kept', async () => {
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(
        Array.from({ length: 250 }, (_, index) =>
          effectOf({ sql: `INSERT INTO line VALUES ('${index}')`, changes: 1 }),
        ),
      );
    }
    expect(lines()).toHaveLength(500);
  });

  test('a table altered or made between two effects', async () => {
    await effectOf(line('one'));
    own.exec('ALTER TABLE line ADD COLUMN more TEXT');
    await expect(effectOf(line('two'))).rejects.toMatchObject({ code: 'EFFECT_REFUSED' });
    own.exec('ALTER TABLE line DROP COLUMN more');
    expect(await effectOf(line('two'))).toMatchObject({ outcome: 'recorded' });
    expect(lines()).toEqual(['one', 'two']);
  });
});
