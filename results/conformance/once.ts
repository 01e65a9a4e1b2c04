import { randomUUID } from 'node:crypto';
import { payloadHash } from '../payload-hash';
import { type Store, bring, stored, newJob, without } from './store-under-test';

export function onces(store: Store): void {
  test.each(without('done'))('%s becomes done', async (start) => {
    const { records } = store();
    const job = await bring(records, start);
    const { attempts } = (await records.get(job.id)) ?? { attempts: 0 };
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
    const record = await stored(records, job.id);
    const { type, input } = job;
    expect(record).toMatchObject({ state: 'done', type, hash: payloadHash(job), input, result: 2, attempts });
    expect(record).not.toHaveProperty('reason');
  });

  test('done: a repeat answers the recorded result and writes nothing', async () => {
    const { records } = store();
    const job = await bring(records, 'done');
    const before = await stored(records, job.id);
    expect(await records.once(job, { result: 99 })).toEqual({ outcome: 'repeat', result: 2 });
    expect(await records.get(job.id)).toEqual(before);
  });

  test.each(['claimed', 'accepted', 'failing', 'failed', 'done'] as const)(
    '%s: another payload or type is a conflict and writes nothing',
    async (start) => {
      const { records } = store();
      const job = await bring(records, start);
      const before = await stored(records, job.id);
      expect(await records.once({ ...job, input: 7 }, { result: 8 })).toEqual({ outcome: 'conflict' });
      expect(await records.once({ ...job, type: 'other' }, { result: 8 })).toEqual({ outcome: 'conflict' });
      expect(await records.get(job.id)).toEqual(before);
    },
  );
}

export function payloads(store: Store): void {
  test('a failure recorded without a payload takes any, of any type', async () => {
    const { records } = store();
    const job = newJob();
    await records.failJob({ id: job.id, type: 'another', reason: 'malformed' });
    expect(await records.once(job, { result: 2 })).toEqual({ outcome: 'recorded', result: 2 });
    expect((await stored(records, job.id)).type).toBe(job.type);
  });

  test.each([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 0, 0.1, 1e-320, -1e300])(
    '%p comes back as it went in',
    async (input) => {
      const { records } = store();
      const job = { id: randomUUID(), type: 'add-one', input };
      await records.once(job, { result: input + 1 });
      expect(await stored(records, job.id)).toMatchObject({ input, result: input + 1 });
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

const VALUES: readonly (readonly [string, unknown])[] = [
  ['an object', { url: 'https://x.test/a b?c=ü', sizes: [{ width: 100, fit: null }, { width: 0.5 }], keep: false }],
  ['an array', [1, 'two', null, [true]]],
  ['nothing in an object, nothing in an array', { a: {}, b: [] }],
  ['a text', 'ünïcödé 🦉 "quoted"\n\u0000'],
  ['a text that looks like a number', '12'],
  ['a text that looks like JSON', '{"a":1}'],
  ['an empty text', ''],
  ['null', null],
  ['true', true],
  ['a date, as text', '2026-11-28T09:00:00.000Z'],
  ['names of Object.prototype', JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":"x"}')],
];

export function values(store: Store): void {
  test.each(VALUES)('%s comes back as it went in, as input and as result', async (_, value) => {
    const { records, reopen } = store();
    const job = { id: randomUUID(), type: 'resize', input: value };
    expect(await records.once(job, { result: value })).toEqual({ outcome: 'recorded', result: value });
    const other = await reopen();
    const { type, input, result } = await stored(other, job.id);
    expect(JSON.stringify([type, input, result])).toBe(JSON.stringify(['resize', value, value]));
    expect(await other.once(job, { result: 9 })).toEqual({ outcome: 'repeat', result: value });
  });

  test('names in another order are the same input', async () => {
    const { records } = store();
    const { id } = newJob();
    await records.once({ id, type: 'resize', input: { a: 1, b: { c: 2, d: 3 } } }, { result: 2 });
    const again = { id, type: 'resize', input: { b: { d: 3, c: 2 }, a: 1 } };
    expect(await records.once(again, { result: 3 })).toEqual({ outcome: 'repeat', result: 2 });
    expect(await records.once({ ...again, input: { a: 1, b: { c: 2 } } }, { result: 3 })).toEqual({
      outcome: 'conflict',
    });
  });

  test('-0 comes back as 0, and a property that is undefined is none', async () => {
    const { records } = store();
    const { id } = newJob();
    await records.once({ id, type: 'resize', input: [-0] }, { result: { zero: -0, none: undefined } });
    const { input, result } = await stored(records, id);
    expect([input, result]).toStrictEqual([[0], { zero: 0 }]);
  });
}
