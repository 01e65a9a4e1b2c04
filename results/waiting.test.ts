import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreUnavailable } from './errors';
import type { JobRecord, Records } from './records';
import { SqliteRecords } from './sqlite';
import { Waiting } from './waiting';

let folder: string;
let records: SqliteRecords;
let waiting: Waiting;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-waiting-'));
  records = await SqliteRecords.open(join(folder, 'results.db'));
  waiting = new Waiting(records, { everyMs: 10 });
});

afterEach(async () => {
  await waiting.close();
  await records.close();
  rmSync(folder, { recursive: true, force: true });
});

const newJob = () => ({ id: randomUUID(), type: 'add-one', input: 1 });
const LONG = { timeoutMs: 20_000 };

/** The timers that keep this process alive, as Node counts them. */
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

async function waiters(count: number): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (waiting.size !== count) {
    if (Date.now() > deadline) throw new Error(`${waiting.size} wait, not ${count}`);
    await new Promise(setImmediate);
  }
}

/** A store that counts its reads of many, and is unavailable while `away`. */
function counting(store: Records) {
  const state = { reads: 0, ids: 0, away: false };
  const getMany = (ids: readonly string[]): Promise<readonly JobRecord[]> => {
    state.reads += 1;
    state.ids += ids.length;
    return state.away ? Promise.reject(new StoreUnavailable('away; try again')) : store.getMany(ids);
  };
  return { state, source: { get: (id: string) => store.get(id), getMany } };
}

test('a job that has ended is answered at once', async () => {
  const done = newJob();
  const failed = newJob();
  await records.once(done, { result: 2 });
  await records.failJob({ id: failed.id, reason: 'invalid' });
  expect(await waiting.waitForEnd(done.id, LONG)).toMatchObject({ record: { state: 'done', result: 2 } });
  expect(await waiting.waitForEnd(failed.id, LONG)).toMatchObject({ record: { state: 'failed', reason: 'invalid' } });
  expect(waiting.size).toBe(0);
});

test('a job that ends meanwhile, by another handle, is answered then', async () => {
  const other = await SqliteRecords.open(join(folder, 'results.db'));
  const [one, two] = [newJob(), newJob()];
  const answers = [one, one, two].map(({ id }) => waiting.waitForEnd(id, LONG));
  await waiters(3);
  await other.once(one, { result: 2 });
  expect(await answers[0]).toMatchObject({ record: { id: one.id, state: 'done' }, outcome: 'waited' });
  expect(await answers[1]).toMatchObject({ record: { id: one.id, state: 'done' }, outcome: 'waited' });
  expect(waiting.size).toBe(1);
  await other.failJob({ id: two.id, reason: 'attempts' });
  expect(await answers[2]).toMatchObject({ record: { id: two.id, state: 'failed' } });
  await other.close();
});

test('at the timeout: the latest known, or nothing', async () => {
  const job = newJob();
  const unknown = waiting.waitForEnd(randomUUID(), { timeoutMs: 100 });
  const known = waiting.waitForEnd(job.id, { timeoutMs: 100 });
  await waiters(2);
  await records.failRun({ id: job.id, error: 'boom' });
  expect(await known).toMatchObject({ record: { state: 'failing', attempts: 1 }, outcome: 'waited' });
  expect(await unknown).toEqual({ record: undefined, outcome: 'waited' });
});

test('without time to wait: at once', async () => {
  expect(await waiting.waitForEnd(randomUUID(), { timeoutMs: 0 })).toEqual({ record: undefined, outcome: 'waited' });
  expect(waiting.size).toBe(0);
});

const UNWAITED = { record: undefined, outcome: 'unwaited' };

test('aborted: answered, and waited for no longer', async () => {
  const leaving = new AbortController();
  const answer = waiting.waitForEnd(randomUUID(), { ...LONG, signal: leaving.signal });
  await waiters(1);
  leaving.abort();
  expect(await answer).toEqual(UNWAITED);
  expect(waiting.size).toBe(0);
  expect(await waiting.waitForEnd(randomUUID(), { ...LONG, signal: leaving.signal })).toEqual(UNWAITED);
});

test('one timer and one read for all who wait; none when nobody does', async () => {
  const { state, source } = counting(records);
  waiting = new Waiting(source, { everyMs: 10 });
  const before = timers();
  const jobs = Array.from({ length: 500 }, newJob);
  const answers = Promise.all(jobs.map(({ id }) => waiting.waitForEnd(id, LONG)));
  await waiters(500);
  expect(timers()).toBe(before + 1);
  await Promise.all(jobs.map((job) => records.once(job, { result: 2 })));
  expect((await answers).every(({ record }) => record?.state === 'done')).toBe(true);
  expect(state.ids / state.reads).toBeGreaterThan(100);
  expect(timers()).toBe(before);
});

test('more than may wait are answered at once', async () => {
  waiting = new Waiting(records, { everyMs: 10, limit: 2 });
  const held = [waiting.waitForEnd(randomUUID(), LONG), waiting.waitForEnd(randomUUID(), LONG)];
  await waiters(2);
  const job = newJob();
  await records.claim(job);
  expect(await waiting.waitForEnd(job.id, LONG)).toMatchObject({ record: { state: 'claimed' }, outcome: 'unwaited' });
  await waiting.close();
  await Promise.all(held);
});

test('a store away for a moment is waited out; away to the last, it rejects', async () => {
  const { state, source } = counting(records);
  waiting = new Waiting(source, { everyMs: 10 });
  state.away = true;
  const job = newJob();
  const gone = waiting.waitForEnd(randomUUID(), { timeoutMs: 100 });
  const back = waiting.waitForEnd(job.id, LONG);
  await waiters(2);
  await expect(gone).rejects.toThrow(StoreUnavailable);
  state.away = false;
  await records.once(job, { result: 2 });
  expect(await back).toMatchObject({ record: { state: 'done' } });
});

test('a store that never answers delays no timeout', async () => {
  const silent = { get: () => Promise.resolve(undefined), getMany: () => new Promise<never>(() => undefined) };
  const answer = new Waiting(silent, { everyMs: 10 }).waitForEnd(randomUUID(), { timeoutMs: 100 });
  expect(await answer).toEqual({ record: undefined, outcome: 'waited' });
});

test('close answers all who wait and stops the timer; later ones are answered at once', async () => {
  const before = timers();
  const answers = [1, 2, 3].map(() => waiting.waitForEnd(randomUUID(), LONG));
  await waiters(3);
  await waiting.close();
  expect(await Promise.all(answers)).toEqual([UNWAITED, UNWAITED, UNWAITED]);
  expect(timers()).toBe(before);
  expect(await waiting.waitForEnd(randomUUID(), LONG)).toEqual(UNWAITED);
  await waiting.close();
});

test('looks grow apart: up to 29 in 20 s beside the first read, each second in the end', async () => {
  const { state, source } = counting(records);
  waiting = new Waiting(source);
  await waiting.waitForEnd(randomUUID(), { timeoutMs: 2_000 });
  // After 50, 150, 350, 750 and 1,550 ms; a slow machine may look less often. From there on once a second.
  expect(state.ids).toBeLessThanOrEqual(5);
  expect(state.ids).toBeGreaterThanOrEqual(3);
});

test('all places taken: the caller with most gives its oldest back to one with fewer', async () => {
  waiting = new Waiting(records, { everyMs: 10, limit: 4 });
  const wait = (caller: string) => waiting.waitForEnd(randomUUID(), { ...LONG, caller });
  const first = wait('a');
  await waiters(1);
  const rest = ['a', 'a', 'a'].map(wait);
  await waiters(4);
  expect(await wait('a')).toEqual(UNWAITED);
  const second = wait('b');
  expect(await first).toEqual(UNWAITED);
  const third = wait('b');
  expect(await Promise.race(rest)).toEqual(UNWAITED);
  expect(waiting.size).toBe(4);
  // Two places each now: neither takes one of the other's.
  expect(await wait('b')).toEqual(UNWAITED);
  expect(await wait('a')).toEqual(UNWAITED);
  await waiting.close();
  await Promise.all([...rest, second, third]);
});
