import { randomUUID } from 'node:crypto';
import { payloadHash } from '../payload-hash';
import { STARTS, type Store, bring, stored, newJob, without } from './store-under-test';

export function claims(store: Store): void {
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

  test.each(without('absent'))('%s: another payload or type is a conflict and changes nothing', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await stored(records, job.id);
    expect(await records.claim({ ...job, input: 7 })).toBe('conflict');
    expect(await records.claim({ ...job, type: 'other' })).toBe('conflict');
    expect(await records.get(job.id)).toEqual(before);
  });
}

export function freshClaims(store: Store): void {
  test('a fresh claim holds the type and the hash of the payload, not the payload', async () => {
    const { records } = store();
    const from = Date.now();
    const job = { id: randomUUID(), type: 'add-one', input: -1.5 };
    await records.claim(job);
    const { updatedAt, ...record } = await stored(records, job.id);
    expect(record).toEqual({ id: job.id, type: 'add-one', state: 'claimed', hash: payloadHash(job), attempts: 0 });
    expect(updatedAt).toBeGreaterThanOrEqual(from);
    expect(updatedAt).toBeLessThanOrEqual(Date.now());
  });

  test('a job that failed without ever being claimed was sent', async () => {
    const { records } = store();
    const job = newJob();
    await records.failRun({ id: job.id, error: 'once' });
    expect(await records.claim(job)).toBe('sent');
    expect((await stored(records, job.id)).state).toBe('failing');
  });
}

export function accepts(store: Store): void {
  test('only claimed becomes accepted', async () => {
    const { records } = store();
    const job = await bring(records, 'claimed');
    const claimed = await stored(records, job.id);
    await records.accept(job.id);
    const accepted = await stored(records, job.id);
    expect(accepted).toEqual({ ...claimed, state: 'accepted', updatedAt: accepted.updatedAt });
  });

  test.each(without('claimed'))('%s stays', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    await records.accept(job.id);
    expect(await records.get(job.id)).toEqual(before);
  });
}
