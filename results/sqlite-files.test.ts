import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../contract/job';
import { processVariables } from '../contract/environment';
import { eventually } from '../test/harness/eventually';
import { withSqlitePlace } from './conformance/sqlite-place';
import { SqliteRecords } from './sqlite';

const place = withSqlitePlace();
const newJob = (): Job => ({ id: randomUUID(), type: 'add-one', input: 1 });
const modeOf = (place: string): string => (statSync(place).mode & 0o777).toString(8);
const record = (records: SqliteRecords, jobs: readonly Job[]): Promise<unknown> =>
  Promise.all(jobs.map((job) => records.once(job, { result: 2 })));

describe('who may read', () => {
  test('a new store is for its user alone: file, log, index and folders', async () => {
    const { folder, path, open } = place();
    await (await open()).once(newJob(), { result: 2 });
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['600', '600', '600']);
    expect([join(folder, 'deep'), join(folder, 'deep', 'er')].map(modeOf)).toEqual(['700', '700']);
  });

  test('a store that is shared stays so, and so does its folder', async () => {
    const { folder, path, open } = place();
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true, mode: 0o755 });
    await (await SqliteRecords.open(path)).close();
    chmodSync(path, 0o660);
    await (await open()).once(newJob(), { result: 2 });
    expect([path, `${path}-wal`, `${path}-shm`].map(modeOf)).toEqual(['660', '660', '660']);
    expect(modeOf(join(folder, 'deep', 'er'))).toBe('755');
  });

  test('what else the process makes has the mode it had before', async () => {
    const { folder, open } = place();
    const [before, after] = [join(folder, 'before'), join(folder, 'after')];
    writeFileSync(before, '');
    await open();
    writeFileSync(after, '');
    expect(modeOf(after)).toBe(modeOf(before));
  });
});

test('the log is cut back once a long read that let it grow has ended', async () => {
  const { path, open } = place();
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
    const { folder, path, open } = place();
    const records = await open();
    const jobs = Array.from({ length: 2_000 }, newJob);
    await record(records, jobs);
    const [command = ''] = COPY.exec(readFileSync('docs/records.md', 'utf8')) ?? [];
    const copy = join(folder, 'copy.db');
    const written = record(records, Array.from({ length: 2_000 }, newJob));
    execFileSync('sh', ['-c', command], { env: { ...processVariables, FROM: path, TO: copy } });
    await written;
    expect(await (await open(copy)).getMany(jobs.map(({ id }) => id))).toHaveLength(jobs.length);
  });
});
