import type { LeaseAnswer, Records } from '../records';
import type { Job } from '../../contract/job';
import { payloadHash } from '../payload-hash';
import { type Store, bring, stored, newJob, times, without } from './store-under-test';

const AT_ONCE = 100;

/** Takes a lease that nobody else holds. */
async function take(records: Records, job: Job, seconds = 60): Promise<number> {
  const answer = await records.lease(job, seconds);
  if (answer.outcome !== 'leased') throw new Error(`the lease is ${answer.outcome}`);
  return answer.lease.token;
}

export function leases(store: Store): void {
  test.each(without('done'))('%s: leased, and what is recorded stays', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const before = await records.get(job.id);
    const token = await take(records, job);
    const record = await stored(records, job.id);
    const state = start === 'absent' || start === 'claimed' ? 'accepted' : start;
    expect(record).toMatchObject({ state, attempts: before?.attempts ?? 0, hash: payloadHash(job), lease: { token } });
    expect([record.type, record.input]).toEqual([job.type, before?.input]);
    expect(record.lease?.until).toBeGreaterThan(Date.now() + 30_000);
    expect(await records.once(job, { result: 2 }, token)).toEqual({ outcome: 'recorded', result: 2 });
  });

  test('done answers its result, another payload is a conflict', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    expect(await records.lease(job, 60)).toEqual({ outcome: 'done', result: 2 });
    expect(await records.lease({ ...job, input: 7 }, 60)).toEqual({ outcome: 'conflict' });
    expect(await records.lease({ ...job, type: 'other' }, 60)).toEqual({ outcome: 'conflict' });
  });

  test('one of 100 gets it', async () => {
    const { records, reopen } = store();
    const other = await reopen();
    const job = newJob();
    const answers = await times(AT_ONCE, (index) => (index % 2 === 0 ? records : other).lease(job, 60));
    const leased = answers.filter((answer: LeaseAnswer) => answer.outcome === 'leased');
    expect(leased).toHaveLength(1);
    expect(answers.filter(({ outcome }) => outcome === 'held')).toHaveLength(AT_ONCE - 1);
  });
}

export function ownedLeases(store: Store): void {
  test('its owner renews it, nobody else', async () => {
    const { records } = store();
    const job = newJob();
    const token = await take(records, job, 30);
    expect(await records.lease(job, 600, token)).toMatchObject({ outcome: 'leased', lease: { token } });
    expect((await stored(records, job.id)).lease?.until).toBeGreaterThan(Date.now() + 300_000);
    expect(await records.lease(job, 600, token + 1)).toMatchObject({ outcome: 'held', lease: { token } });
  });

  test('a failed run keeps lease and attempts apart', async () => {
    const { records } = store();
    const job = newJob();
    const token = await take(records, job);
    expect(await records.failRun({ id: job.id, error: 'boom' })).toEqual({ attempts: 1, begun: 0, state: 'failing' });
    expect(await stored(records, job.id)).toMatchObject({ state: 'failing', attempts: 1, lease: { token } });
  });
}

export function takeovers(store: Store): void {
  test('one that ended is taken over with a higher token; the old one records and renews nothing', async () => {
    const { records, ledger } = store();
    const job = newJob();
    const old = await take(records, job, 0);
    const token = await take(records, job);
    expect(token).toBeGreaterThan(old);
    const effect = { result: 3, writes: [ledger.append('zombie')] };
    expect(await records.once(job, effect, old)).toEqual({ outcome: 'lost' });
    expect(await records.lease(job, 60, old)).toMatchObject({ outcome: 'held', lease: { token } });
    expect(await ledger.lines()).toEqual([]);
    expect(await records.once(job, { result: 2 }, token)).toEqual({ outcome: 'recorded', result: 2 });
  });

  test('one that ended is taken over by one of 100', async () => {
    const { records, reopen } = store();
    const other = await reopen();
    const job = newJob();
    const old = await take(records, job, 0);
    const answers = await times(AT_ONCE, (index) => (index % 2 === 0 ? records : other).lease(job, 60));
    const leased = answers.flatMap((answer) => (answer.outcome === 'leased' ? [answer.lease.token] : []));
    expect(leased).toEqual([old + 1]);
  });

  test.each(['fail', 'failed'] as const)('the token grows over %s, too', async (call) => {
    const { records } = store();
    const job = newJob();
    const old = await take(records, job, 0);
    await (call === 'fail'
      ? records.failRun({ id: job.id, error: 'boom' })
      : records.failJob({ id: job.id, reason: 'deleted' }));
    expect(await take(records, job)).toBe(old + 1);
    expect(await records.once(job, { result: 2 }, old)).toEqual({ outcome: 'lost' });
  });

  test('a token without a lease is none', async () => {
    const { records } = store();
    const job = newJob();
    expect(await records.once(job, { result: 2 }, 1)).toEqual({ outcome: 'lost' });
    expect(await records.lease(job, 60, 1)).toMatchObject({ outcome: 'held' });
    expect(await records.get(job.id)).toBeUndefined();
  });
}

export function durations(store: Store): void {
  test.each([NaN, Infinity, -1, 1e300])('a lease of %p seconds is refused for good', async (seconds) => {
    const { records } = store();
    const job = newJob();
    await expect(records.lease(job, seconds)).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    expect(await records.get(job.id)).toBeUndefined();
    const token = await take(records, job);
    await expect(records.lease(job, seconds, token)).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    expect((await stored(records, job.id)).lease).toMatchObject({ token });
  });

  test('a part of a millisecond is a whole one', async () => {
    const { records } = store();
    const job = newJob();
    const answer = await records.lease(job, 12.3456789);
    expect(answer.outcome).toBe('leased');
    const { lease } = await stored(records, job.id);
    expect(answer).toEqual({ outcome: 'leased', lease });
    expect(Number.isInteger(lease?.until)).toBe(true);
  });
}

export function groups(store: Store): void {
  test('a claim with another group is a conflict, in every state', async () => {
    const { records } = store();
    const job = newJob();
    expect(await records.claim(job, 'red')).toBe('fresh');
    expect(await records.claim(job, 'red')).toBe('repeat');
    for (const step of [
      () => records.accept(job.id),
      () => records.failRun({ id: job.id, error: 'boom' }),
      () => records.failJob({ id: job.id, reason: 'attempts' }),
      () => records.once(job, { result: 2 }),
    ]) {
      await step();
      expect([await records.claim(job, 'red'), await records.claim(job, 'blue'), await records.claim(job)]).toEqual([
        'sent',
        'conflict',
        'conflict',
      ]);
    }
  });
}
