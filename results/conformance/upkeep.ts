import { randomUUID } from 'node:crypto';
import { STARTS, type Store, bring, stored, newJob, times, without } from './store-under-test';

export function reads(store: Store): void {
  test('no record is undefined', async () => {
    expect(await store().records.get(randomUUID())).toBeUndefined();
  });

  test('many at once: those there are, each once', async () => {
    const { records } = store();
    const jobs = await Promise.all(STARTS.map((start) => bring(records, start)));
    const ids = jobs.map(({ id }) => id);
    const found = await records.getMany([...ids, ...ids]);
    const expected = await times(ids.length - 1, (index) => stored(records, ids[index + 1] ?? ''));
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

export function durability(store: Store): void {
  test('what was written is seen by another handle at once', async () => {
    const { records, reopen } = store();
    const other = await reopen();
    const job = await bring(records, 'claimed');
    expect(await other.claim(job)).toBe('repeat');
    await other.once(job, { result: 2 });
    expect(await stored(records, job.id)).toMatchObject({ state: 'done' });
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

export function expires(store: Store): void {
  test.each(without('absent'))('%s: kept at its own time, gone after', async (start) => {
    const { records, expiresByItself } = store();
    const job = await bring(records, start);
    const { updatedAt } = await stored(records, job.id);
    expect(await records.expire(updatedAt)).toBe(0);
    if (expiresByItself) return;
    expect(await records.expire(updatedAt + 1)).toBe(1);
    expect(await records.get(job.id)).toBeUndefined();
  });

  test('a bounded number a call, all in the end', async () => {
    const { records, expiresByItself } = store();
    if (expiresByItself) return;
    await times(1_100, () => records.claim(newJob()));
    const first = await records.expire(Date.now() + 1);
    let sum = first;
    for (let more = first; more > 0; sum += more) more = await records.expire(Date.now() + 1);
    expect(first).toBeLessThan(1_100);
    expect(sum).toBe(1_100);
  });

  test('an expired job may be recorded again', async () => {
    const { records, expiresByItself } = store();
    if (expiresByItself) return;
    const job = await bring(records, 'done');
    await records.expire(Date.now() + 1);
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
  });
}

export function closes(store: Store): void {
  test('answers the writes that wait', async () => {
    const { records, reopen } = store();
    const jobs = Array.from({ length: 50 }, newJob);
    const writes = Promise.all(jobs.map((job) => records.once(job, { result: 2 })));
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
      records.once(job, { result: 2 }),
      records.lease(job, 60),
      records.failRun({ id: job.id, error: 'boom' }),
      records.failJob({ id: job.id, reason: 'deleted' }),
      records.begin({ id: job.id, messageId: 'message' }),
      records.takeBack(job.id),
      records.get(job.id),
      records.getMany([job.id]),
      records.list({ state: 'failed', limit: 10 }),
      records.check(),
      records.expire(0),
    ];
    for (const settled of await Promise.allSettled(calls)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'STORE_CLOSED' } });
    }
  });
}
