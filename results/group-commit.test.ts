import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreClosed, StoreUnavailable } from './errors';
import { GroupCommit } from './group-commit';

let folder: string;
let database: DatabaseSync;
let group: GroupCommit;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-group-'));
  database = new DatabaseSync(join(folder, 'file.db'));
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('CREATE TABLE parent (id INTEGER PRIMARY KEY, text TEXT)');
  // A child without its parent fails at COMMIT, not before.
  database.exec('CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)');
  group = new GroupCommit(database);
});

afterEach(async () => {
  await group.close();
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (id: number, text = '') =>
  group.add(() => database.prepare('INSERT INTO parent VALUES (?, ?)').run(id, text).changes);
const orphan = () => group.add(() => database.prepare('INSERT INTO child VALUES (99)').run());
const rows = () => database.prepare('SELECT count(*) AS n FROM parent').get()?.['n'];
const statuses = (settled: readonly PromiseSettledResult<unknown>[]) => settled.map(({ status }) => status);

test('writes that wait together share a transaction', async () => {
  const reader = new DatabaseSync(join(folder, 'file.db'));
  const version = (): unknown => reader.prepare('PRAGMA data_version').get()?.['data_version'];
  const before = Number(version());
  await Promise.all(Array.from({ length: 100 }, (_, id) => insert(id)));
  expect(Number(version())).toBe(before + 1);
  reader.close();
});

test('a failing write is rolled back alone', async () => {
  const half = group.add(() => {
    database.exec("INSERT INTO parent VALUES (3, 'half')");
    throw new TypeError('a fault of the program');
  });
  const settled = await Promise.allSettled([insert(1), insert(1), half, insert(2)]);
  expect(statuses(settled)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  await expect(half).rejects.toThrow(TypeError);
  expect(rows()).toBe(2);
});

test('a write that fails at COMMIT is refused alone, and the next transaction works', async () => {
  const settled = await Promise.allSettled([insert(1), orphan(), insert(2)]);
  expect(statuses(settled)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(settled[1]).toMatchObject({ reason: { code: 'EFFECT_REFUSED' } });
  expect(rows()).toBe(2);
  expect(await insert(3)).toBe(1);
  expect(rows()).toBe(3);
});

test('a write that rolls all back is refused alone, and close waits for those that run again', async () => {
  const first = insert(1);
  const ender = group.add(() => database.prepare("INSERT OR ROLLBACK INTO parent VALUES (1, 'again')").run());
  const writes = [...Array.from({ length: 30 }, (_, index) => insert(index + 2)), ender];
  const settled = Promise.allSettled(writes);
  await group.close();
  expect(statuses(await settled).filter((status) => status === 'rejected')).toHaveLength(1);
  await expect(ender).rejects.toThrow(/UNIQUE/);
  expect(await first).toBe(1);
  expect(rows()).toBe(31);
});

test('a full disk: unavailable, what was answered stays, and it goes on once there is room', async () => {
  await insert(1);
  database.exec('PRAGMA max_page_count = 20');
  const settled = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => insert(100 + index, 'x'.repeat(4_000))),
  );
  const failures = settled.filter(({ status }) => status === 'rejected');
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures) {
    expect(failure).toMatchObject({
      reason: { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('the disk is full') },
    });
  }
  expect(rows()).toBe(1 + settled.length - failures.length);
  database.exec('PRAGMA max_page_count = 100000');
  expect(await insert(2, 'x'.repeat(4_000))).toBe(1);
});

test('a write added by the answer of another is not forgotten', async () => {
  let id = 0;
  const chain = async (): Promise<void> => {
    for (let step = 0; step < 20; step += 1) await insert((id += 1));
  };
  await Promise.all([chain(), chain(), chain()]);
  expect(rows()).toBe(60);
});

test('more writes than one transaction takes', async () => {
  await Promise.all(Array.from({ length: 2_500 }, (_, id) => insert(id)));
  expect(rows()).toBe(2_500);
});

test('close answers what waits and takes nothing more', async () => {
  const waiting = insert(1);
  const closing = group.close();
  await expect(insert(2)).rejects.toThrow(StoreClosed);
  await expect(insert(2)).rejects.toThrow(StoreUnavailable);
  await closing;
  expect(await waiting).toBe(1);
});
