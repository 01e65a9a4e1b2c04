import { StartQueue } from './start-queue';

// Only the clock is faked, so that no other process on this machine makes a quick run look slow.
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** In how many iterations of the event loop ten runs begin that hold it for this long each, after some promises. */
async function iterationsOf(ms: number): Promise<number> {
  const starts = new StartQueue();
  let iteration = 0;
  let ended = false;
  const count = (): void => {
    iteration += 1;
    if (!ended) setImmediate(count);
  };
  setImmediate(count);
  const begunIn = new Set<number>();
  const run = async (): Promise<void> => {
    await starts.next();
    for (let depth = 0; depth < 30; depth += 1) await Promise.resolve();
    begunIn.add(iteration);
    jest.advanceTimersByTime(ms);
  };
  await Promise.all(Array.from({ length: 10 }, run));
  ended = true;
  return begunIn.size;
}

it('quick runs begin in the same iteration of the event loop', async () => {
  expect(await iterationsOf(0)).toBe(1);
});

it('runs that hold the event loop begin in an iteration each', async () => {
  expect(await iterationsOf(30)).toBe(10);
});

it('begins runs in the order they came, also those that come later', async () => {
  const starts = new StartQueue();
  const begun: number[] = [];
  const run = (place: number): Promise<number> => starts.next().then(() => begun.push(place));
  await Promise.all([run(1), run(2).then(() => run(4)), run(3)]);
  await run(5);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

it('a lone run begins in the iteration in which it comes', async () => {
  const starts = new StartQueue();
  let passed = false;
  setImmediate(() => {
    passed = true;
  });
  await starts.next();
  expect(passed).toBe(false);
});
