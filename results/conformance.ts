import { randomUUID } from 'node:crypto';
import type { Job } from '../contract/job';
import { payloadHash } from './payload-hash';
import type { JobRecord, RecordState, Records } from './records';

/** A fresh, empty store; `reopen` gives one more handle on it, as another process would have. */
export interface StoreUnderTest {
  readonly records: Records;
  reopen(): Promise<Records>;
  /** Closes every handle and removes the store. */
  destroy(): Promise<void>;
}

type Start = RecordState | 'absent';
type Store = () => StoreUnderTest;

const STARTS: readonly Start[] = ['absent', 'claimed', 'accepted', 'failing', 'failed', 'done'];
const AT_ONCE = 100;

const newJob = (): Job => ({ id: randomUUID(), input: 1 });
const times = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
const count = <T>(values: readonly T[], wanted: T): number => values.filter((value) => value === wanted).length;

/** Brings a job into the state by the calls that lead there: two failed runs before `failing`, `failed` and `done`. */
async function bring(records: Records, start: Start): Promise<Job> {
  const job = newJob();
  if (start === 'absent') return job;
  await records.claim(job);
  if (start === 'claimed') return job;
  await records.accept(job.id);
  if (start === 'accepted') return job;
  await records.fail(job.id, 'first');
  await records.fail(job.id, 'second');
  if (start === 'failed') await records.failed({ id: job.id, reason: 'attempts', lastError: 'last', attempts: 5 });
  if (start === 'done') await records.once(job, 2);
  return job;
}

async function held(records: Records, id: string): Promise<JobRecord> {
  const record = await records.get(id);
  if (record === undefined) throw new Error(`there is no record of ${id}`);
  return record;
}

/** Every store passes this suite; a second one is held to exactly what SQLite is held to. */
export function recordsConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`records in ${name}`, () => {
    let store: StoreUnderTest;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.destroy());
    const current: Store = () => store;

    describe('claim', () => {
      claims(current);
    });
    describe('accept', () => {
      accepts(current);
    });
    describe('once', () => {
      onces(current);
    });
    describe('fail', () => {
      fails(current);
    });
    describe('failed', () => {
      faileds(current);
    });
    describe('reads', () => {
      reads(current);
    });
    describe('doubles at once', () => {
      doubles(current);
    });
    describe('durability', () => {
      durability(current);
    });
    describe('expire', () => {
      expires(current);
    });
    describe('close', () => {
      closes(current);
    });
  });
}

function claims(store: Store): void {
  const answers = {
    absent: 'fresh',
    claimed: 'repeat',
    accepted: 'sent',
    failing: 'sent',
    failed: 'sent',
    done: 'sent',
  };

  test.each(STARTS)('%s: answers what is known', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    expect(await records.claim(job)).toBe(answers[start]);
    if (before !== undefined) expect(await records.get(job.id)).toEqual(before);
  });

  test.each(STARTS.filter((start) => start !== 'absent'))(
    '%s: another payload is a conflict and changes nothing',
    async (start) => {
      const { records } = store();
      const job = await bring(records, start);
      const before = await held(records, job.id);
      expect(await records.claim({ ...job, input: 7 })).toBe('conflict');
      expect(await records.get(job.id)).toEqual(before);
    },
  );

  test('a fresh claim holds the payload and its hash', async () => {
    const { records } = store();
    const from = Date.now();
    const job = { id: randomUUID(), input: -1.5 };
    await records.claim(job);
    const { updatedAt, ...record } = await held(records, job.id);
    expect(record).toEqual({ id: job.id, state: 'claimed', hash: payloadHash(job), attempts: 0, input: -1.5 });
    expect(updatedAt).toBeGreaterThanOrEqual(from);
    expect(updatedAt).toBeLessThanOrEqual(Date.now());
  });

  test('a job that failed without ever being claimed was sent', async () => {
    const { records } = store();
    const job = newJob();
    await records.fail(job.id, 'once');
    expect(await records.claim(job)).toBe('sent');
    expect((await held(records, job.id)).state).toBe('failing');
  });
}

function accepts(store: Store): void {
  test('only claimed becomes accepted', async () => {
    const { records } = store();
    const job = await bring(records, 'claimed');
    const { updatedAt: _, ...claimed } = await held(records, job.id);
    await records.accept(job.id);
    expect(await held(records, job.id)).toMatchObject({ ...claimed, state: 'accepted' });
  });

  test.each(STARTS.filter((start) => start !== 'claimed'))('%s stays', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    await records.accept(job.id);
    expect(await records.get(job.id)).toEqual(before);
  });
}

function onces(store: Store): void {
  test.each(STARTS.filter((start) => start !== 'done'))('%s becomes done', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const { attempts } = (await records.get(job.id)) ?? { attempts: 0 };
    expect(await records.once(job, 2)).toEqual({ outcome: 'recorded', result: 2 });
    const record = await held(records, job.id);
    expect(record).toMatchObject({ state: 'done', hash: payloadHash(job), input: 1, result: 2, attempts });
    expect(record).not.toHaveProperty('reason');
  });

  test('done: a repeat answers the recorded result and writes nothing', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await held(records, job.id);
    expect(await records.once(job, 99)).toEqual({ outcome: 'repeat', result: 2 });
    expect(await records.get(job.id)).toEqual(before);
  });

  test.each(['claimed', 'accepted', 'failing', 'failed', 'done'] as const)(
    '%s: another payload is a conflict and writes nothing',
    async (start) => {
      const { records } = store();
      const job = await bring(records, start);
      const before = await held(records, job.id);
      expect(await records.once({ ...job, input: 7 }, 8)).toEqual({ outcome: 'conflict' });
      expect(await records.get(job.id)).toEqual(before);
    },
  );

  test('a failure recorded without a payload takes any', async () => {
    const { records } = store();
    const job = newJob();
    await records.failed({ id: job.id, reason: 'malformed' });
    expect(await records.once(job, 2)).toEqual({ outcome: 'recorded', result: 2 });
  });

  test.each([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 0, 0.1, 1e-320, -1e300])(
    '%p comes back as it went in',
    async (input) => {
      const { records } = store();
      const job = { id: randomUUID(), input };
      await records.once(job, input + 1);
      expect(await held(records, job.id)).toMatchObject({ input, result: input + 1 });
    },
  );

  test('-0 and 0 are the same payload', async () => {
    const { records } = store();
    const id = randomUUID();
    await records.once({ id, input: -0 }, 1);
    expect(await records.once({ id, input: 0 }, 1)).toEqual({ outcome: 'repeat', result: 1 });
  });
}

function fails(store: Store): void {
  const answers = { absent: 1, claimed: 1, accepted: 1, failing: 3, failed: 1 };

  test.each(['absent', 'claimed', 'accepted', 'failing', 'failed'] as const)('%s: one attempt more', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    expect(await records.fail(job.id, 'boom')).toEqual({ attempts: answers[start], done: false });
    const record = await held(records, job.id);
    expect(record).toMatchObject({ state: 'failing', attempts: answers[start], lastError: 'boom' });
    expect(record).not.toHaveProperty('reason');
    expect([record.hash, record.input]).toEqual([before?.hash, before?.input]);
  });

  test('done stays and answers its attempts', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await held(records, job.id);
    expect(await records.fail(job.id, 'late')).toEqual({ attempts: 2, done: true });
    expect(await records.get(job.id)).toEqual(before);
  });

  test('an error text comes back as it went in', async () => {
    const { records } = store();
    const error = `Error: "quoted", it's\n\t\u0000 ünïcödé 🦉 ${'x'.repeat(900)}`;
    const { id } = newJob();
    await records.fail(id, error);
    expect((await held(records, id)).lastError).toBe(error);
  });
}

function faileds(store: Store): void {
  test.each(STARTS.filter((start) => start !== 'done'))('%s becomes failed', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    const failure = { id: job.id, reason: 'unsettled', lastError: 'gone', attempts: 4 };
    await records.failed(failure);
    const record = await held(records, job.id);
    expect(record).toMatchObject({ ...failure, state: 'failed' });
    expect([record.hash, record.input]).toEqual([before?.hash, before?.input]);
  });

  test('what the failure leaves open stays as it was', async () => {
    const { records } = store();
    const job = await bring(records, 'failing');
    await records.failed({ id: job.id, reason: 'deleted' });
    expect(await held(records, job.id)).toMatchObject({
      state: 'failed',
      reason: 'deleted',
      attempts: 2,
      lastError: 'second',
    });
  });

  test('done stays', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await held(records, job.id);
    await records.failed({ id: job.id, reason: 'deleted' });
    expect(await records.get(job.id)).toEqual(before);
  });
}

function reads(store: Store): void {
  test('no record is undefined', async () => {
    expect(await store().records.get(randomUUID())).toBeUndefined();
  });

  test('many at once: those there are, each once', async () => {
    const { records } = store();
    const jobs = await Promise.all(STARTS.map((start) => bring(records, start)));
    const ids = jobs.map(({ id }) => id);
    const found = await records.getMany([...ids, ...ids]);
    const expected = await times(ids.length - 1, (index) => held(records, ids[index + 1] ?? ''));
    expect(found).toHaveLength(expected.length);
    expect(found).toEqual(expect.arrayContaining(expected));
    expect(await records.getMany([])).toEqual([]);
  });

  test('more than a store reads in one request', async () => {
    const { records } = store();
    const jobs = await times(250, () => bring(records, 'claimed'));
    expect(await records.getMany(jobs.map(({ id }) => id))).toHaveLength(250);
  });

  test('check resolves while the store serves', async () => {
    await expect(store().records.check()).resolves.toBeUndefined();
  });
}

function doubles(store: Store): void {
  /** Two handles, taken in turn: as from two processes. */
  async function handles(): Promise<(index: number) => Records> {
    const { records, reopen } = store();
    const other = await reopen();
    return (index) => (index % 2 === 0 ? records : other);
  }

  test('one claim is fresh', async () => {
    const handle = await handles();
    const job = newJob();
    const answers = await times(AT_ONCE, (index) => handle(index).claim(job));
    expect([count(answers, 'fresh'), count(answers, 'repeat')]).toEqual([1, AT_ONCE - 1]);
  });

  test('one once is recorded', async () => {
    const handle = await handles();
    const job = newJob();
    const answers = await times(AT_ONCE, (index) => handle(index).once(job, index));
    const recorded = answers.find(({ outcome }) => outcome === 'recorded');
    const outcomes = answers.map(({ outcome }) => outcome);
    expect([count(outcomes, 'recorded'), count(outcomes, 'repeat')]).toEqual([1, AT_ONCE - 1]);
    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set([recorded?.result]));
  });

  test('of two payloads one is recorded, the other a conflict', async () => {
    const handle = await handles();
    const { id } = newJob();
    const answers = await times(AT_ONCE, (index) => handle(index).once({ id, input: (index >> 1) % 2 }, 1));
    const outcomes = answers.map(({ outcome }) => outcome);
    expect([count(outcomes, 'recorded'), count(outcomes, 'conflict')]).toEqual([1, AT_ONCE / 2]);
  });

  test('every failed run counts once', async () => {
    const handle = await handles();
    const { id } = newJob();
    const answers = await times(AT_ONCE, (index) => handle(index).fail(id, 'boom'));
    const attempts = answers.map((answer) => answer.attempts).sort((a, b) => a - b);
    expect(attempts).toEqual(Array.from({ length: AT_ONCE }, (_, index) => index + 1));
  });

  test('a result wins against whatever else comes at the same time', async () => {
    const handle = await handles();
    const job = newJob();
    const calls = [
      (records: Records): Promise<unknown> => records.claim(job),
      (records: Records): Promise<unknown> => records.accept(job.id),
      (records: Records): Promise<unknown> => records.fail(job.id, 'boom'),
      (records: Records): Promise<unknown> => records.failed({ id: job.id, reason: 'attempts' }),
      (records: Records): Promise<unknown> => records.once(job, 2),
    ];
    await times(AT_ONCE, async (index) => calls[index % calls.length]?.(handle(index >> 1)));
    expect(await held(handle(0), job.id)).toMatchObject({ state: 'done', result: 2 });
  });
}

function durability(store: Store): void {
  test('what was written is seen by another handle at once', async () => {
    const { records, reopen } = store();
    const other = await reopen();
    const job = await bring(records, 'claimed');
    expect(await other.claim(job)).toBe('repeat');
    await other.once(job, 2);
    expect(await held(records, job.id)).toMatchObject({ state: 'done' });
  });

  test('and after everything was closed', async () => {
    const { records, reopen } = store();
    const jobs = await Promise.all(STARTS.map((start) => bring(records, start)));
    const ids = jobs.map(({ id }) => id);
    const before = await times(ids.length, (index) => records.get(ids[index] ?? ''));
    await records.close();
    const again = await reopen();
    expect(await times(ids.length, (index) => again.get(ids[index] ?? ''))).toEqual(before);
  });
}

function expires(store: Store): void {
  test.each(STARTS.filter((start) => start !== 'absent'))('%s: kept at its own time, gone after', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const { updatedAt } = await held(records, job.id);
    expect(await records.expire(updatedAt)).toBe(0);
    expect(await records.expire(updatedAt + 1)).toBe(1);
    expect(await records.get(job.id)).toBeUndefined();
  });

  test('a bounded number a call, all in the end', async () => {
    const { records } = store();
    await times(1_100, () => records.claim(newJob()));
    const first = await records.expire(Date.now() + 1);
    let sum = first;
    for (let more = first; more > 0; sum += more) more = await records.expire(Date.now() + 1);
    expect(first).toBeLessThan(1_100);
    expect(sum).toBe(1_100);
  });

  test('an expired job may be recorded anew', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    await records.expire(Date.now() + 1);
    expect(await records.once(job, 2)).toEqual({ outcome: 'recorded', result: 2 });
  });
}

function closes(store: Store): void {
  test('answers the writes that wait', async () => {
    const { records, reopen } = store();
    const jobs = Array.from({ length: 50 }, newJob);
    const writes = Promise.all(jobs.map((job) => records.once(job, 2)));
    await records.close();
    expect((await writes).every(({ outcome }) => outcome === 'recorded')).toBe(true);
    expect(await (await reopen()).getMany(jobs.map(({ id }) => id))).toHaveLength(50);
  });

  test('is done once, however often it is called', async () => {
    const { records } = store();
    await Promise.all([records.close(), records.close()]);
    await expect(records.close()).resolves.toBeUndefined();
  });

  test('later calls reject, with a sentence', async () => {
    const { records } = store();
    const job = newJob();
    await records.close();
    const calls = [
      records.claim(job),
      records.accept(job.id),
      records.once(job, 2),
      records.fail(job.id, 'boom'),
      records.failed({ id: job.id, reason: 'deleted' }),
      records.get(job.id),
      records.getMany([job.id]),
      records.check(),
      records.expire(0),
    ];
    for (const settled of await Promise.allSettled(calls)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'STORE_CLOSED' } });
    }
  });
}
