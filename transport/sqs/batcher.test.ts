import { eventually } from '../../test/harness/eventually';
import { Batcher, type BatcherOptions } from './batcher';
import { PAYLOAD_LIMIT_BYTES } from '../delivery/outgoing-message';

type Call = {
  readonly entries: readonly number[];
  readonly answer: (answers?: readonly (string | Error)[]) => void;
  readonly fail: (error: Error) => void;
};

type Options = Partial<BatcherOptions<number, string>> & { readonly maxWaiting?: number; readonly maxWaitMs?: number };

/** A batcher whose calls wait for the test to answer them. */
function batcher({ maxWaiting = 100, maxWaitMs = 60_000, ...options }: Options = {}): {
  batcher: Batcher<number, string>;
  calls: Call[];
} {
  const calls: Call[] = [];
  const call = (entries: readonly number[]): Promise<readonly (string | Error)[]> =>
    new Promise((resolve, reject) => {
      calls.push({
        entries,
        answer: (answers = entries.map((entry) => `ok ${entry}`)) => {
          resolve(answers);
        },
        fail: reject,
      });
    });
  const full = (): Error => new Error('full');
  const late = (): Error => new Error('late');
  const limits = { maxWaiting, maxWaitMs, full, late };
  const defaults = { lingerMs: 0, gatherMs: 60_000, maxCalls: 2 };
  return { batcher: new Batcher({ call, limits, ...defaults, ...options }), calls };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

it('sends a lone entry at once', async () => {
  const { batcher: alone, calls } = batcher();
  const answer = alone.add(1);
  await turn();
  calls[0]?.answer();
  expect(await answer).toBe('ok 1');
});

it('makes the next batch of what gathers while one is on its way', async () => {
  const { batcher: busy, calls } = batcher();
  const answers = [busy.add(0)];
  await turn();
  for (const entry of [1, 2, 3]) answers.push(busy.add(entry));
  await turn();
  expect(calls.map(({ entries }) => entries)).toEqual([[0]]);
  calls[0]?.answer();
  await answers[0];
  await turn();
  expect(calls.map(({ entries }) => entries)).toEqual([[0], [1, 2, 3]]);
  calls[1]?.answer();
  expect(await Promise.all(answers)).toEqual(['ok 0', 'ok 1', 'ok 2', 'ok 3']);
});

it('sends ten without waiting, up to the bound on calls', async () => {
  const { batcher: full, calls } = batcher();
  const answers = range(35).map((entry) => full.add(entry));
  await turn();
  expect(calls.map(({ entries }) => entries.length)).toEqual([10, 10]);
  for (let at = 0; at < 4; at += 1) {
    calls[at]?.answer();
    await turn();
  }
  expect(await Promise.all(answers)).toHaveLength(35);
  expect(calls.map(({ entries }) => entries.length)).toEqual([10, 10, 10, 5]);
});

it('fills a batch while others are on their way', async () => {
  const { batcher: busy, calls } = batcher();
  const answers = range(19).map((entry) => busy.add(entry));
  await turn();
  expect(calls.map(({ entries }) => entries.length)).toEqual([10]);
  answers.push(busy.add(19));
  expect(calls.map(({ entries }) => entries.length)).toEqual([10, 10]);
  for (const { answer } of calls) answer();
  await Promise.all(answers);
});

it('leaves without a call that never ends', async () => {
  const { batcher: stuck, calls } = batcher({ gatherMs: 5 });
  void stuck.add(0);
  await turn();
  const answer = stuck.add(1);
  await eventually(() => calls.length === 2);
  calls[1]?.answer();
  expect(await answer).toBe('ok 1');
});

it('keeps to the bound on calls when a wait is over', async () => {
  const { batcher: stuck, calls } = batcher({ gatherMs: 5 });
  const first = [stuck.add(0)];
  await turn();
  first.push(stuck.add(1));
  await eventually(() => calls.length === 2);
  const late = stuck.add(2);
  calls[0]?.answer();
  await first[0];
  await eventually(() => calls.length === 3);
  expect(calls.map(({ entries }) => entries)).toEqual([[0], [1], [2]]);
  for (const { answer } of calls.slice(1)) answer();
  await Promise.all([...first, late]);
});

it('keeps a batch within a mebibyte', async () => {
  const { batcher: heavy, calls } = batcher();
  const answers = range(3).map((entry) => heavy.add(entry, PAYLOAD_LIMIT_BYTES / 2));
  await turn();
  calls[0]?.answer();
  await turn();
  calls[1]?.answer();
  await Promise.all(answers);
  expect(calls.map(({ entries }) => entries)).toEqual([[0, 1], [2]]);
});

it('sends an entry alone that is larger than that, for its answer to say so', async () => {
  const { batcher: heavy, calls } = batcher();
  const answer = heavy.add(0, PAYLOAD_LIMIT_BYTES + 1);
  await turn();
  calls[0]?.answer();
  expect(await answer).toBe('ok 0');
});

it('gathers until the last call has ended', async () => {
  const { batcher: busy, calls } = batcher({ maxCalls: 3 });
  const answers = range(20).map((entry) => busy.add(entry));
  answers.push(busy.add(20));
  for (const [at, count] of [2, 3].entries()) {
    await turn();
    expect(calls).toHaveLength(2);
    calls[at]?.answer();
    await turn();
    expect(calls).toHaveLength(count);
  }
  calls[2]?.answer();
  expect(await Promise.all(answers)).toHaveLength(21);
});

it('fails exactly the entries that failed, and every entry of a call that failed', async () => {
  const { batcher: failing, calls } = batcher();
  const first = Promise.allSettled([failing.add(0), failing.add(1)]);
  await turn();
  calls[0]?.answer(['ok 0', new Error('no')]);
  expect(await first).toMatchObject([{ value: 'ok 0' }, { reason: { message: 'no' } }]);
  const second = Promise.allSettled([failing.add(2), failing.add(3)]);
  await turn();
  calls[1]?.fail(new Error('away'));
  expect(await second).toMatchObject([{ reason: { message: 'away' } }, { reason: { message: 'away' } }]);
});

it('refuses what its buffer has no room for', async () => {
  const { batcher: small, calls } = batcher({ maxWaiting: 2, maxCalls: 1 });
  const answers = [small.add(0), small.add(1)];
  await expect(small.add(2)).rejects.toThrow('full');
  await turn();
  calls[0]?.answer();
  await Promise.all(answers);
});

it('rejects what waited too long for its turn, and only that', async () => {
  const { batcher: slow, calls } = batcher({ maxCalls: 1, maxWaitMs: 30 });
  const before = slow.add(-1);
  await turn();
  calls.shift()?.answer();
  await before;
  await turn();
  const sent = slow.add(0);
  await turn();
  await expect(slow.add(1)).rejects.toThrow('late');
  calls[0]?.answer();
  expect(await sent).toBe('ok 0');
});

it('makes no call when all that lingered has been rejected', async () => {
  const { batcher: slow, calls } = batcher({ lingerMs: 60, maxWaitMs: 20 });
  await expect(slow.add(0)).rejects.toThrow('late');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(calls).toEqual([]);
});

it('sends what did not fit into a batch without waiting for its answer', async () => {
  const { batcher: heavy, calls } = batcher({ gatherMs: 5 });
  const answers = [heavy.add(0, PAYLOAD_LIMIT_BYTES), heavy.add(1, PAYLOAD_LIMIT_BYTES)];
  await eventually(() => calls.length === 2);
  for (const { answer } of calls) answer();
  expect(await Promise.all(answers)).toEqual(['ok 0', 'ok 1']);
});

it('flushes what lingers', async () => {
  const { batcher: lingering, calls } = batcher({ lingerMs: 60_000 });
  const answer = lingering.add(0);
  await turn();
  expect(calls).toEqual([]);
  const course: string[] = [];
  void answer.then(() => course.push('answered'));
  const flushed = lingering.flush().then(() => course.push('flushed'));
  await turn();
  calls[0]?.answer();
  await flushed;
  expect(course).toEqual(['answered', 'flushed']);
  expect(lingering.pending).toBe(false);
});

it('flushes what could not leave yet as soon as the calls before it have ended', async () => {
  const { batcher: full, calls } = batcher({ lingerMs: 60_000, maxCalls: 1 });
  const answers = range(13).map((entry) => full.add(entry));
  await turn();
  expect(calls.map(({ entries }) => entries.length)).toEqual([10]);
  const flushed = full.flush();
  calls[0]?.answer();
  await turn();
  expect(calls.map(({ entries }) => entries.length)).toEqual([10, 3]);
  calls[1]?.answer();
  await flushed;
  expect(await Promise.all(answers)).toHaveLength(13);
});
