import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../contract/job';
import { StoreUnavailable, StoreUnusable } from './errors';
import { payloadHash } from './payload-hash';
import { SqliteRecords } from './sqlite';

let folder: string;
let path: string;
const opened: SqliteRecords[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-bad-'));
  path = join(folder, 'results.db');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((records) => records.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<SqliteRecords> {
  const records = await SqliteRecords.open(path);
  opened.push(records);
  return records;
}

const newJob = (): Job => ({ id: randomUUID(), input: 1 });

describe('a store of version 1', () => {
  const VERSION_1 = `
    CREATE TABLE record (
      id         TEXT PRIMARY KEY,
      state      TEXT NOT NULL CHECK (state IN ('claimed', 'accepted', 'failing', 'done', 'failed')),
      hash       TEXT,
      attempts   INTEGER NOT NULL,
      input      REAL,
      result     REAL,
      reason     TEXT,
      last_error TEXT,
      updated_at INTEGER NOT NULL,
      CHECK (state <> 'done' OR (hash IS NOT NULL AND input IS NOT NULL AND result IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX record_updated_at ON record (updated_at);
    PRAGMA user_version = 1;`;
  const STATES = ['claimed', 'accepted', 'failing', 'done', 'failed'] as const;

  test.each(STATES)('keeps what is %s, and goes on from there', async (state) => {
    const job = newJob();
    const old = new DatabaseSync(path);
    old.exec(VERSION_1);
    const result = state === 'done' ? 2 : null;
    old
      .prepare('INSERT INTO record VALUES (?, ?, ?, 3, 1, ?, NULL, ?, 1000)')
      .run(job.id, state, payloadHash(job), result, 'boom');
    old.close();
    const handles = await Promise.all(Array.from({ length: 10 }, open));
    const answers = await Promise.all(handles.map((records) => records.get(job.id)));
    for (const record of answers) {
      expect(record).toMatchObject({ state, attempts: 3, input: 1, lastError: 'boom', updatedAt: 1_000 });
    }
    const lease = await handles[0]?.lease(job, 60);
    expect(lease?.outcome).toBe(state === 'done' ? 'done' : 'leased');
    expect(await handles[1]?.once(job, { result: 2 })).toMatchObject({ result: 2 });
  });
});

describe('writes of an effect that would reach beyond it', () => {
  test.each([
    'COMMIT',
    'ROLLBACK',
    'BEGIN',
    'SAVEPOINT mine',
    'PRAGMA synchronous = OFF',
    "ATTACH 'other.db' AS other",
    'DROP TABLE record',
    'DELETE FROM record WHERE 1 = 0; COMMIT',
  ])('%s is refused, and its neighbours are written', async (sql) => {
    const records = await open();
    const jobs = [newJob(), newJob(), newJob()];
    const answers = await Promise.allSettled(
      jobs.map((job, index) => records.once(job, { result: 2, writes: index === 1 ? [{ sql }] : [] })),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { code: 'RECORD_REFUSED' } });
    expect(await records.getMany(jobs.map(({ id }) => id))).toHaveLength(2);
  });

  test.each([
    ['no such table', { sql: 'INSERT INTO nowhere VALUES (1)' }],
    ['a syntax error', { sql: 'INSERT INTO' }],
    ['too few values', { sql: 'INSERT INTO mine VALUES (?, ?)', values: [1] }],
    ['a constraint', { sql: 'INSERT INTO mine VALUES (?, ?)', values: [null, 1] }],
    ['another number of rows', { sql: 'UPDATE mine SET b = 1', changes: 1 }],
  ])('%s refuses the effect', async (_, write) => {
    const records = await open();
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE mine (a INTEGER NOT NULL, b INTEGER CHECK (b IS NOT NULL))');
    database.close();
    const job = newJob();
    await expect(records.once(job, { result: 2, writes: [write] })).rejects.toMatchObject({ code: 'EFFECT_REFUSED' });
    expect(await records.get(job.id)).toBeUndefined();
  });

  test('values come through as they are', async () => {
    const records = await open();
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE mine (a, b, c, d, e)');
    const values = [2n ** 62n, new Uint8Array([0, 255]), null, "it's; -- x", 0.1];
    await records.once(newJob(), { result: 2, writes: [{ sql: 'INSERT INTO mine VALUES (?, ?, ?, ?, ?)', values }] });
    const read = database.prepare('SELECT * FROM mine');
    read.setReadBigInts(true);
    expect(Object.values(read.get() ?? {})).toEqual(values);
    database.close();
  });
});

describe('a damaged file', () => {
  function overwrite(at: number, bytes: number): void {
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, at);
    closeSync(file);
  }

  /** A store of 2,000 records, all of it in its one file. */
  async function filled(): Promise<readonly Job[]> {
    const records = await SqliteRecords.open(path);
    const jobs = Array.from({ length: 2_000 }, newJob);
    await Promise.all(jobs.map((job) => records.once(job, { result: 2 })));
    await records.close();
    return jobs;
  }

  test('a torn header is refused at start', async () => {
    await filled();
    overwrite(0, 60);
    await expect(open()).rejects.toThrow(/no SQLite database; name another one in RESULTS/);
  });

  test('torn pages: no answer but a sentence, nothing acknowledged', async () => {
    const jobs = await filled();
    overwrite(8_192, statSync(path).size - 8_192);
    const records = await open();
    const read = records.getMany(jobs.map(({ id }) => id));
    await expect(read).rejects.toThrow(/the file is damaged; stop, put it aside and restore it from a copy/);
    await expect(read).rejects.toBeInstanceOf(StoreUnavailable);
    const [job = newJob()] = jobs;
    await expect(records.once(job, { result: 2 })).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

test.each(['/proc/nowhere/x.db', '/proc/nowhere/deeper/x.db'])('%s cannot be made: one sentence', async (place) => {
  path = place;
  await expect(open()).rejects.toThrow(/cannot be created; name another path in RESULTS/);
  await expect(open()).rejects.toBeInstanceOf(StoreUnusable);
});

/** A disk of its own, which only root may mount. */
const disk = mkdtempSync(join(tmpdir(), 'plusone-disk-'));
const mount = (...options: string[]): void => {
  execFileSync('mount', [...options, disk], { stdio: 'ignore' });
};
function mayMount(): boolean {
  try {
    mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs');
    return true;
  } catch {
    return false;
  }
}

const mounted = mayMount();
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

(mounted ? describe : describe.skip)('a disk of its own', () => {
  beforeEach(() => {
    path = join(disk, `${randomUUID()}.db`);
  });

  test('full: writes are refused, what was acknowledged is there, and with space it goes on', async () => {
    const records = await open();
    const filler = join(disk, 'filler');
    await records.once(newJob(), { result: 2 });
    writeFileSync(filler, Buffer.alloc(1_800_000));
    const acknowledged: Job[] = [];
    const refusal = await (async () => {
      for (;;) {
        const job = newJob();
        try {
          await records.once(job, { result: 2 });
          acknowledged.push(job);
        } catch (error) {
          return error;
        }
      }
    })();
    expect(refusal).toBeInstanceOf(StoreUnavailable);
    expect(refusal).toMatchObject({ message: expect.stringMatching(/the disk is full; free some space/) as unknown });
    const found = await records.getMany(acknowledged.map(({ id }) => id));
    expect(found).toHaveLength(acknowledged.length);
    rmSync(filler);
    expect(await records.once(newJob(), { result: 2 })).toMatchObject({ outcome: 'recorded' });
  });

  test('read-only: one sentence', async () => {
    await (await open()).close();
    const made = path;
    copyFileSync(made, join(disk, 'copy.db'));
    path = join(disk, 'copy.db');
    mount('-o', 'remount,ro');
    try {
      await expect(open()).rejects.toThrow(/read-only|cannot be opened/);
    } finally {
      mount('-o', 'remount,rw');
    }
  });
});
