import { type Store, bring, stored, without } from './store-under-test';

export function retries(store: Store): void {
  test('the very failed that was read becomes accepted, without attempts, and is listed no more', async () => {
    const { records } = store();
    const { id } = await bring(records, 'failed');
    const failed = await stored(records, id);
    await records.retried(failed);
    const { updatedAt, ...record } = await stored(records, id);
    expect(record).toEqual({ id, type: failed.type, hash: failed.hash, state: 'accepted', attempts: 0 });
    expect(updatedAt).toBeGreaterThanOrEqual(failed.updatedAt);
    expect((await records.list({ state: 'failed', limit: 10 })).records).toEqual([]);
  });

  test('what it was about stays known: its input, and that another one is a conflict', async () => {
    const { records } = store();
    const job = await bring(records, 'accepted');
    await records.failJob({ ...job, reason: 'attempts' });
    await records.retried(await stored(records, job.id));
    expect(await stored(records, job.id)).toMatchObject({ state: 'accepted', input: job.input });
    expect(await records.once({ ...job, input: 7 }, { result: 2 })).toEqual({ outcome: 'conflict' });
    expect(await records.once(job, { result: 2 })).toMatchObject({ outcome: 'recorded' });
  });

  test('a job that failed again meanwhile stays failed', async () => {
    const { records } = store();
    const { id } = await bring(records, 'failed');
    const before = await stored(records, id);
    await records.begin({ id, messageId: 'second' });
    await records.failJob({ id, reason: 'rejected', movedMessage: 'second' });
    const again = await stored(records, id);
    await records.retried(before);
    await records.retried({ ...again, movedMessage: 'first' });
    await records.retried({ ...again, updatedAt: again.updatedAt - 1 });
    expect(await stored(records, id)).toEqual(again);
  });

  test.each(without('failed'))('%s stays', async (start) => {
    const { records } = store();
    const { id } = await bring(records, start);
    const before = await records.get(id);
    await records.retried({ id, updatedAt: before?.updatedAt ?? 0 });
    expect(await records.get(id)).toEqual(before);
  });
}
