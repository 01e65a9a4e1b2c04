import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../contract/job';
import { Disk } from '../test/harness/disk';
import { storeOfVersion } from './conformance/older-versions';
import { StoreUnavailable, StoreUnusable } from './errors';
import { SqliteRecords } from './sqlite';

let folder: string;
let path: string;
const opened: SqliteRecords[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-bad-'));
  path = join(folder, 'results.db');
});

afterEach(async () => {
  for (const records of opened.splice(0)) await records.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<SqliteRecords> {
  const records = await SqliteRecords.open(path);
  opened.push(records);
  return records;
}

const newJob = (): Job<number> => ({ id: randomUUID(), type: 'add-one', input: 1 });

describe.each([1, 2, 3, 4] as const)('a store of version %d', (version) => {
  const STATES = ['claimed', 'accepted', 'failing', 'done', 'failed'] as const;

  test.each(STATES)('keeps what is %s, and goes on from there', async (state) => {
    const job = newJob();
    storeOfVersion(version, path, { jobs: [job], state });
    const handles = await Promise.all(Array.from({ length: 10 }, open));
    const answers = await Promise.all(handles.map((records) => records.get(job.id)));
    for (const record of answers) {
      expect(record).toMatchObject({ state, attempts: 3, input: 1, lastError: 'boom', updatedAt: 1_000 });
      expect(record).not.toHaveProperty('begun');
      expect(record).not.toHaveProperty('publicError');
      expect([record?.group, record?.lease?.token]).toEqual(version > 1 ? ['group', 4] : [undefined, undefined]);
    }
    const isDone = state === 'done';
    expect(await handles[2]?.begin({ id: job.id, messageId: 'message' })).toMatchObject({ begun: isDone ? 0 : 1 });
    expect(await handles[0]?.lease(job, 60)).toMatchObject({ outcome: isDone ? 'done' : 'leased' });
    expect(await handles[1]?.once(job, { result: 2 })).toMatchObject({ result: 2 });
  });
});

describe('a file without permission', () => {
  /** Root may do anything, so it steps down; anybody else is held to the permissions as it is. */
  async function asNobody<T>(run: () => Promise<T>): Promise<T> {
    const user = process.geteuid?.() ?? 1;
    chmodSync(folder, 0o777);
    if (user === 0) process.seteuid?.(65_534);
    try {
      return await run();
    } finally {
      if (user === 0) process.seteuid?.(user);
    }
  }

  beforeEach(async () => {
    await (await SqliteRecords.open(path)).close();
  });

  test('to write: refused at start, not with every job', async () => {
    chmodSync(path, 0o444);
    const opening = asNobody(open);
    await expect(opening).rejects.toThrow(/it is read-only; check the permissions of the file and its folder/);
    await expect(opening).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('to read', async () => {
    chmodSync(path, 0o000);
    await expect(asNobody(open)).rejects.toThrow(/check that its folder exists and is writable/);
  });

  test('to make its folder', async () => {
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'closed'), { mode: 0o555 });
    path = join(folder, 'closed', 'deeper', 'results.db');
    await expect(asNobody(open)).rejects.toThrow(/deeper cannot be created; name another path in RESULTS/);
  });

  test('a folder where the file should be', async () => {
    path = folder;
    await expect(open()).rejects.toThrow(/the file cannot be opened/);
  });
});

test('a lock held by another does not keep a process from starting', async () => {
  await (await SqliteRecords.open(path)).close();
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  const before = performance.now();
  const records = await open();
  expect(performance.now() - before).toBeLessThan(2_000);
  expect(await records.get(randomUUID())).toBeUndefined();
  other.close();
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
    await expect(read).rejects.toThrow(
      /the file is damaged; stop, put it aside and restore a copy that VACUUM INTO made/,
    );
    await expect(read).rejects.toBeInstanceOf(StoreUnavailable);
    const [job = newJob()] = jobs;
    await expect(records.once(job, { result: 2 })).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('a few torn pages: each job is answered rightly or not at all', async () => {
    const jobs = await filled();
    for (let page = 10; page < 20; page += 1) overwrite(page * 4_096, 4_096);
    const records = await open();
    const answers = await Promise.allSettled(jobs.map(({ id }) => records.get(id)));
    const wrong = answers.filter((answer) => answer.status === 'fulfilled' && answer.value?.state !== 'done');
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(wrong).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toMatchObject({ reason: { code: 'STORE_UNAVAILABLE' } });
    const outcomes = new Set<string>();
    for (const job of jobs) {
      const answer = await records.once(job, { result: 3 }).catch((error: unknown) => error);
      outcomes.add(answer instanceof StoreUnavailable ? answer.code : JSON.stringify(answer));
    }
    expect(outcomes).toEqual(new Set(['STORE_UNAVAILABLE', '{"outcome":"repeat","result":2}']));
  });

  test('torn while it is open: a sentence, and nothing acknowledged', async () => {
    const jobs = await filled();
    const records = await open();
    overwrite(8_192, statSync(path).size - 8_192);
    const settled = await Promise.allSettled(jobs.map(({ id }) => records.get(id)));
    expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('the file is damaged') as unknown },
    });
  });

  test('a row that is no record: its job waits, the others go on', async () => {
    const records = await open();
    const job = newJob();
    await records.once(job, { result: 2 });
    const database = new DatabaseSync(path);
    database.exec('PRAGMA ignore_check_constraints = ON');
    database.exec("UPDATE record SET state = 'torn'");
    database.close();
    await expect(records.get(job.id)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(records.once(job, { result: 2 })).rejects.toThrow(/holds a row that is no record/);
    expect(await records.once(newJob(), { result: 2 })).toMatchObject({ outcome: 'recorded' });
  });
});

test.each(['/proc/nowhere/x.db', '/proc/nowhere/deeper/x.db'])('%s cannot be made: one sentence', async (place) => {
  path = place;
  await expect(open()).rejects.toThrow(/cannot be created; name another path in RESULTS/);
  await expect(open()).rejects.toBeInstanceOf(StoreUnusable);
});

const disk = Disk.mounted();
afterAll(() => {
  disk?.remove();
});
const onDisk = (name: string): string => join(disk?.folder ?? '', name);

(disk ? describe : describe.skip)('a disk of its own', () => {
  beforeEach(() => {
    path = onDisk(`${randomUUID()}.db`);
  });

  test('full: writes are refused, what was acknowledged is there, and with space it goes on', async () => {
    const records = await open();
    const filler = onDisk('filler');
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

  test('full at start: one sentence, and it starts once there is space', async () => {
    const filler = onDisk('filler');
    try {
      writeFileSync(filler, Buffer.alloc(4_000_000));
    } catch {
      // Full.
    }
    await expect(open()).rejects.toThrow(/the disk is full; free some space|the disk failed to read or write/);
    rmSync(filler);
    expect(await (await open()).once(newJob(), { result: 2 })).toMatchObject({ outcome: 'recorded' });
  });

  test('read-only: one sentence', async () => {
    await (await open()).close();
    const made = path;
    copyFileSync(made, onDisk('copy.db'));
    path = onDisk('copy.db');
    disk?.mount('-o', 'remount,ro');
    try {
      await expect(open()).rejects.toThrow(/read-only|cannot be opened/);
    } finally {
      disk?.mount('-o', 'remount,rw');
    }
  });
});
