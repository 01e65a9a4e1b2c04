import { type Store, bring, count, stored, newJob, times, without } from './store-under-test';

const AT_ONCE = 100;

export function effects(store: Store): void {
  test.each(without('done'))('%s: the writes happen with the record', async (start) => {
    const { records, ledger } = store();
    const job = await bring(records, start);
    const effect = { result: 2, writes: [ledger.append('one'), ledger.append('two')] };
    expect(await records.once(job, effect)).toEqual({ outcome: 'recorded', result: 2 });
    expect(await stored(records, job.id)).toMatchObject({ state: 'done', result: 2 });
    expect([...(await ledger.lines())].sort()).toEqual(['one', 'two']);
  });

  test('a repeat and a conflict write nothing', async () => {
    const { records, ledger } = store();
    const job = await bring(records, 'done');
    const effect = { result: 2, writes: [ledger.append('line')] };
    expect(await records.once(job, effect)).toMatchObject({ outcome: 'repeat' });
    expect(await records.once({ ...job, input: 7 }, effect)).toMatchObject({ outcome: 'conflict' });
    expect(await ledger.lines()).toEqual([]);
  });

  test('100 at once from two handles: one effect', async () => {
    const { records, reopen, ledger } = store();
    const other = await reopen();
    const job = newJob();
    const answers = await times(AT_ONCE, (index) =>
      (index % 2 === 0 ? records : other).once(job, { result: 2, writes: [ledger.append(`line ${index}`)] }),
    );
    const outcomes = answers.map(({ outcome }) => outcome);
    expect([count(outcomes, 'recorded'), count(outcomes, 'repeat')]).toEqual([1, AT_ONCE - 1]);
    expect(await ledger.lines()).toHaveLength(1);
  });
}

export function refusedEffects(store: Store): void {
  test('a write that is refused: no record, no other write; the same job succeeds later', async () => {
    const { records, ledger } = store();
    const job = newJob();
    const refused = records.once(job, { result: 2, writes: [ledger.append('lost'), ledger.refused()] });
    await expect(refused).rejects.toMatchObject({ code: 'EFFECT_REFUSED' });
    expect(await records.get(job.id)).toBeUndefined();
    expect(await ledger.lines()).toEqual([]);
    expect(await records.once(job, { result: 2, writes: [ledger.append('kept')] })).toMatchObject({
      outcome: 'recorded',
    });
    expect(await ledger.lines()).toEqual(['kept']);
  });

  test('a refused neighbour is refused alone', async () => {
    const { records, ledger } = store();
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => {
        const writes = [ledger.append(`line ${index}`), ...(index % 4 === 0 ? [ledger.refused()] : [])];
        return records.once(newJob(), { result: 2, writes });
      }),
    );
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(5);
    expect(await ledger.lines()).toHaveLength(15);
  });

  test("another kind of store's write is refused for good, with a sentence", async () => {
    const { records, ledger } = store();
    const job = newJob();
    const refused = records.once(job, { result: 2, writes: [ledger.append('lost'), ledger.foreign()] });
    await expect(refused).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    expect([await records.get(job.id), await ledger.lines()]).toEqual([undefined, []]);
  });
}

const itself: Record<string, unknown> = {};
itself['again'] = [itself];

const IMPOSSIBLE: readonly (readonly [string, unknown, RegExp])[] = [
  ['NaN', NaN, /The result cannot be written as JSON: NaN; correct the work/],
  ['Infinity', -Infinity, /: -Infinity;/],
  ['undefined', undefined, /: undefined;/],
  ['a BigInt', 2n, /: a BigInt;/],
  ['a function', () => 2, /: a function;/],
  ['a cycle', itself, /: an object that holds itself at \/again\/0;/],
  ['NaN within', { sizes: [{ width: NaN }] }, /: NaN at \/sizes\/0\/width;/],
];

export function impossibleResults(store: Store): void {
  test.each(IMPOSSIBLE)('the result %s is refused for good, and nothing is written', async (_, result, sentence) => {
    const { records, ledger } = store();
    const job = newJob();
    const refused = records.once(job, { result, writes: [ledger.append('lost')] });
    await expect(refused).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
    await expect(refused).rejects.toThrow(sentence);
    expect([await records.get(job.id), await ledger.lines()]).toEqual([undefined, []]);
  });

  test('an input that cannot be JSON is refused, too', async () => {
    const { records } = store();
    const job = { ...newJob(), input: { at: 1n } };
    for (const call of [records.once(job, { result: 2 }), records.claim(job), records.lease(job, 60)]) {
      await expect(call).rejects.toThrow(/The input cannot be written as JSON: a BigInt at \/at;/);
    }
    expect(await records.get(job.id)).toBeUndefined();
  });
}
