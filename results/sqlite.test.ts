import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { recordsConformance } from './conformance';
import { sqliteLedger } from './conformance/sqlite-ledger';
import { RecordRefused, StoreUnavailable, StoreUnusable } from './errors';
import { openRecords } from './open';
import { STATES } from './records';
import { SqliteRecords } from './sqlite';

let folder: string;
let path: string;
const opened: SqliteRecords[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-results-'));
  path = join(folder, 'deep', 'er', 'results.db');
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

const newJob = () => ({ id: randomUUID(), type: 'add-one', input: 1 });

recordsConformance('SQLite', async () => ({
  records: await open(),
  reopen: open,
  expiresByItself: false,
  lists: STATES,
  ledger: sqliteLedger(path),
  destroy: async () => {
    await Promise.all(opened.splice(0).map((records) => records.close()));
  },
}));

describe('opening', () => {
  test('creates the folder, and 10 handles at once agree on the schema', async () => {
    const handles = await Promise.all(Array.from({ length: 10 }, open));
    const job = newJob();
    const answers = await Promise.all(handles.map((records) => records.once(job, { result: 2 })));
    expect(answers.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1);
  });

  test('keeps a write-ahead log, so that readers never wait', async () => {
    await open();
    const database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
  });

  test('another version is one clear sentence', async () => {
    await (await open()).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 7');
    database.close();
    await expect(open()).rejects.toThrow(/is a results store of version 7, this program needs version 5;/);
    await expect(open()).rejects.toThrow(StoreUnusable);
  });

  test("another program's database is left alone", async () => {
    path = join(folder, 'other.db');
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE theirs (id)');
    database.close();
    await expect(open()).rejects.toThrow(/another program's database/);
  });

  test('a file that is no database', async () => {
    path = join(folder, 'text');
    writeFileSync(path, 'not a database '.repeat(100));
    await expect(open()).rejects.toThrow(/no SQLite database; name another one in RESULTS/);
  });

  test('a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'deep'), '');
    await expect(open()).rejects.toThrow(/cannot be created; name another path in RESULTS/);
  });

  test('a folder that is a file', async () => {
    path = join(folder, 'file', 'results.db');
    writeFileSync(join(folder, 'file'), '');
    await expect(open()).rejects.toThrow(/file cannot be created; name another path in RESULTS/);
  });

  test('memory, which two processes cannot share, is refused', async () => {
    path = ':memory:';
    await expect(open()).rejects.toThrow(/cannot be shared by two processes/);
  });

  test('by its name in RESULTS', async () => {
    const openNamed = (results: string) =>
      openRecords({ results, dynamodbRegion: undefined, dynamodbEndpoint: undefined });
    const records = await openNamed(`sqlite:${path}`);
    await records.close();
    expect(existsSync(path)).toBe(true);
    await expect(openNamed('postgres:x')).rejects.toThrow(/takes sqlite:PATH, dynamodb:TABLE, postgres:.* or none/);
    await expect(openNamed('sqlite:')).rejects.toThrow(/takes sqlite:PATH, dynamodb:TABLE, postgres:.* or none/);
  });
});

describe('trouble', () => {
  test('a record that cannot be is refused alone; its neighbours in the transaction are written', async () => {
    const records = await open();
    const jobs = [newJob(), newJob(), newJob()];
    const answers = await Promise.allSettled(
      jobs.map((job, index) => records.once(job, { result: index === 1 ? NaN : 2 })),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { code: 'RECORD_REFUSED' } });
    await expect(records.once(newJob(), { result: NaN })).rejects.toThrow(RecordRefused);
    expect(await records.getMany(jobs.map(({ id }) => id))).toHaveLength(2);
  });

  test('locked by another for longer than 5 s: unavailable, then well again; reads go on', async () => {
    const records = await open();
    const job = newJob();
    const locker = new DatabaseSync(path);
    locker.exec('BEGIN IMMEDIATE');
    const refused = records.once(job, { result: 2 });
    const write = Promise.all([
      expect(refused).rejects.toBeInstanceOf(StoreUnavailable),
      expect(refused).rejects.toThrow(/another process holds its lock; try again/),
    ]);
    expect(await records.get(job.id)).toBeUndefined();
    await write;
    locker.exec('ROLLBACK');
    locker.close();
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
  });

  test('locked for a moment: the write waits, and the event loop does not', async () => {
    const records = await open();
    const locker = new DatabaseSync(path);
    locker.exec('BEGIN IMMEDIATE');
    const write = records.once(newJob(), { result: 2 });
    let turns = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        turns += 1;
        if (turns < 10) return;
        clearInterval(timer);
        resolve();
      }, 10);
    });
    locker.exec('ROLLBACK');
    locker.close();
    expect(await write).toEqual({ outcome: 'recorded', result: 2 });
  });

  test('the file moved away under the process: not ready', async () => {
    const records = await open();
    await records.check();
    renameSync(path, `${path}.aside`);
    await expect(records.check()).rejects.toThrow(/deleted or replaced under this process/);
    renameSync(`${path}.aside`, path);
    await records.check();
  });
});
