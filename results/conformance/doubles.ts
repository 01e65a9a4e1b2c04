import type { Records } from '../records';
import { type Store, count, stored, newJob, times } from './store-under-test';

const AT_ONCE = 100;

/** Two handles in turn, as if from two processes. */
async function handles(store: Store): Promise<(index: number) => Records> {
  const { records, reopen } = store();
  const other = await reopen();
  return (index) => (index % 2 === 0 ? records : other);
}

export function doubles(store: Store): void {
  test('one claim is fresh', async () => {
    const handle = await handles(store);
    const job = newJob();
    const answers = await times(AT_ONCE, (index) => handle(index).claim(job));
    expect([count(answers, 'fresh'), count(answers, 'repeat')]).toEqual([1, AT_ONCE - 1]);
  });

  test('one once is recorded', async () => {
    const handle = await handles(store);
    const job = newJob();
    const answers = await times(AT_ONCE, (index) => handle(index).once(job, { result: index }));
    const recorded = answers.find(({ outcome }) => outcome === 'recorded');
    const outcomes = answers.map(({ outcome }) => outcome);
    expect([count(outcomes, 'recorded'), count(outcomes, 'repeat')]).toEqual([1, AT_ONCE - 1]);
    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set([recorded?.result]));
  });

  test('of two payloads one is recorded, the other a conflict', async () => {
    const handle = await handles(store);
    const { id } = newJob();
    const answers = await times(AT_ONCE, (index) =>
      handle(index).once({ id, type: 'add-one', input: (index >> 1) % 2 }, { result: 1 }),
    );
    const outcomes = answers.map(({ outcome }) => outcome);
    expect([count(outcomes, 'recorded'), count(outcomes, 'conflict')]).toEqual([1, AT_ONCE / 2]);
  });
}

export function mixedDoubles(store: Store): void {
  test('every failed run counts once', async () => {
    const handle = await handles(store);
    const { id } = newJob();
    const answers = await times(AT_ONCE, (index) => handle(index).failRun({ id: id, error: 'boom' }));
    const attempts = answers.map((answer) => answer.attempts).sort((a, b) => a - b);
    expect(attempts).toEqual(Array.from({ length: AT_ONCE }, (_, index) => index + 1));
  });

  test('a result wins against whatever else comes at the same time', async () => {
    const handle = await handles(store);
    const job = newJob();
    const calls = [
      (records: Records): Promise<unknown> => records.claim(job),
      (records: Records): Promise<unknown> => records.accept(job.id),
      (records: Records): Promise<unknown> => records.failRun({ id: job.id, error: 'boom' }),
      (records: Records): Promise<unknown> => records.failJob({ id: job.id, reason: 'attempts' }),
      (records: Records): Promise<unknown> => records.begin({ id: job.id, messageId: 'message' }),
      (records: Records): Promise<unknown> => records.takeBack(job.id),
      (records: Records): Promise<unknown> => records.once(job, { result: 2 }),
    ];
    await times(AT_ONCE, async (index) => calls[index % calls.length]?.(handle(index >> 1)));
    expect(await stored(handle(0), job.id)).toMatchObject({ state: 'done', result: 2 });
  });
}
