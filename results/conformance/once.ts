import { randomUUID } from 'node:crypto';
import { payloadHash } from '../payload-hash';
import { type Store, bring, held, newJob, without } from './store-under-test';

export function onces(store: Store): void {
  test.each(without('done'))('%s becomes done', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const { attempts } = (await records.get(job.id)) ?? { attempts: 0 };
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
    const record = await held(records, job.id);
    expect(record).toMatchObject({ state: 'done', hash: payloadHash(job), input: 1, result: 2, attempts });
    expect(record).not.toHaveProperty('reason');
  });

  test('done: a repeat answers the recorded result and writes nothing', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await held(records, job.id);
    expect(await records.once(job, { result: 99 })).toEqual({ outcome: 'repeat', result: 2 });
    expect(await records.get(job.id)).toEqual(before);
  });

  test.each(['claimed', 'accepted', 'failing', 'failed', 'done'] as const)(
    '%s: another payload is a conflict and writes nothing',
    async (start) => {
      const { records } = store();
      const job = await bring(records, start);
      const before = await held(records, job.id);
      expect(await records.once({ ...job, input: 7 }, { result: 8 })).toEqual({ outcome: 'conflict' });
      expect(await records.get(job.id)).toEqual(before);
    },
  );
}

export function payloads(store: Store): void {
  test('a failure recorded without a payload takes any', async () => {
    const { records } = store();
    const job = newJob();
    await records.failed({ id: job.id, reason: 'malformed' });
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
  });

  test.each([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 0, 0.1, 1e-320, -1e300])(
    '%p comes back as it went in',
    async (input) => {
      const { records } = store();
      const job = { id: randomUUID(), type: 'add-one', input };
      await records.once(job, { result: input + 1 });
      expect(await held(records, job.id)).toMatchObject({ input, result: input + 1 });
    },
  );

  test('-0 and 0 are the same payload', async () => {
    const { records } = store();
    const id = randomUUID();
    await records.once({ id, type: 'add-one', input: -0 }, { result: 1 });
    expect(await records.once({ id, type: 'add-one', input: 0 }, { result: 1 })).toEqual({
      outcome: 'repeat',
      result: 1,
    });
  });
}
