import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Job } from '../contract/job';
import { processVariables } from '../contract/environment';
import { eventually } from '../test/harness/eventually';
import { SqliteStores } from '../test/harness/sqlite-stores';
import { SqliteRecords } from './sqlite';

const stores = new SqliteStores(['deep', 'er', 'results.db']);

const newJob = (): Job => ({ id: randomUUID(), input: 1 });
const modeOf = (place: string): string => (statSync(place).mode & 0o777).toString(8);
const record = (records: SqliteRecords, jobs: readonly Job[]): Promise<unknown> =>
  Promise.all(jobs.map((job) => records.once(job, { result: 2 })));

describe('who may read', () => {
  test('a new store is for its user alone: file, log, index and folders', async () => {
    await (await stores.open()).once(newJob(), { result: 2 });
    expect([stores.path, `${stores.path}-wal`, `${stores.path}-shm`].map(modeOf)).toEqual(['600', '600', '600']);
    expect([join(stores.folder, 'deep'), join(stores.folder, 'deep', 'er')].map(modeOf)).toEqual(['700', '700']);
  });

  test('a store that is shared stays so, and so does its folder', async () => {
    mkdirSync(join(stores.folder, 'deep', 'er'), { recursive: true, mode: 0o755 });
    await (await SqliteRecords.open(stores.path)).close();
    chmodSync(stores.path, 0o660);
    await (await stores.open()).once(newJob(), { result: 2 });
    expect([stores.path, `${stores.path}-wal`, `${stores.path}-shm`].map(modeOf)).toEqual(['660', '660', '660']);
    expect(modeOf(join(stores.folder, 'deep', 'er'))).toBe('755');
  });

  test('what else the process makes has the mode it had before', async () => {
    const [before, after] = [join(stores.folder, 'before'), join(stores.folder, 'after')];
    writeFileSync(before, '');
    await stores.open();
    writeFileSync(after, '');
    expect(modeOf(after)).toBe(modeOf(before));
  });
});

test('the log is cut back once a long read that let it grow has ended', async () => {
  const records = await stores.open();
  const reader = new DatabaseSync(stores.path);
  reader.exec('BEGIN; SELECT count(*) FROM record');
  const sizeOfLog = (): number => statSync(`${stores.path}-wal`).size;
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
    const records = await stores.open();
    const jobs = Array.from({ length: 2_000 }, newJob);
    await record(records, jobs);
    const [command = ''] = COPY.exec(readFileSync('docs/records.md', 'utf8')) ?? [];
    const copy = join(stores.folder, 'copy.db');
    const written = record(records, Array.from({ length: 2_000 }, newJob));
    execFileSync('sh', ['-c', command], { env: { ...processVariables, FROM: stores.path, TO: copy } });
    await written;
    stores.path = copy;
    expect(await (await stores.open()).getMany(jobs.map(({ id }) => id))).toHaveLength(jobs.length);
  });
});
