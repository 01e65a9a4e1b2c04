import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../contract/job';
import { processVariables } from '../contract/environment';
import { eventually } from '../test/harness/eventually';
import { SqliteRecords } from './sqlite';

let folder: string;
let path: string;
const opened: SqliteRecords[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-files-'));
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

const newJob = (): Job => ({ id: randomUUID(), input: 1 });
const modeOf = (place: string): string => (statSync(place).mode & 0o777).toString(8);
const record = (records: SqliteRecords, jobs: readonly Job[]): Promise<unknown> =>
  Promise.all(jobs.map((job) => records.once(job, { result: 2 })));

describe('who may read', () => {
  test('a new store is for its user alone: file, log, index and folders', async () => {
    await (await open()).once(newJob(), { result: 2 });
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['600', '600', '600']);
    expect([join(folder, 'deep'), join(folder, 'deep', 'er')].map(modeOf)).toEqual(['700', '700']);
  });

  test('a store that is shared stays so, and so does its folder', async () => {
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true, mode: 0o755 });
    await (await SqliteRecords.open(path)).close();
    chmodSync(path, 0o660);
    await (await open()).once(newJob(), { result: 2 });
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['660', '660', '660']);
    expect(modeOf(join(folder, 'deep', 'er'))).toBe('755');
  });

  test('what else the process makes has the mode it had before', async () => {
    const [before, after] = [join(folder, 'before'), join(folder, 'after')];
    writeFileSync(before, '');
    await open();
    writeFileSync(after, '');
    expect(modeOf(after)).toBe(modeOf(before));
  });
});

test('the log is cut back once a long read that let it grow has ended', async () => {
  const records = await open();
  const reader = new DatabaseSync(path);
  reader.exec('BEGIN; SELECT count(*) FROM record');
  const sizeOfLog = (): number => statSync(`${path}-wal`).size;
  while (sizeOfLog() < 10_000_000) await record(records, Array.from({ length: 200 }, newJob));
  reader.exec('COMMIT');
  reader.close();
  await eventually(async () => {
    await record(records, [newJob()]);
    return sizeOfLog() <= 8 * 1_048_576;
  });
});

describe('a copy of a running store, as docs/records.md says', () => {
  const COPY = /^npx node -e .*VACUUM INTO.*$/m;

  test('holds everything acknowledged before it, and opens as a store', async () => {
    const records = await open();
    const jobs = Array.from({ length: 2_000 }, newJob);
    await record(records, jobs);
    const [command = ''] = COPY.exec(readFileSync('docs/records.md', 'utf8')) ?? [];
    const copy = join(folder, 'copy.db');
    const written = record(records, Array.from({ length: 2_000 }, newJob));
    execFileSync('sh', ['-c', command], { env: { ...processVariables, FROM: path, TO: copy } });
    await written;
    path = copy;
    expect(await (await open()).getMany(jobs.map(({ id }) => id))).toHaveLength(jobs.length);
  });
});
