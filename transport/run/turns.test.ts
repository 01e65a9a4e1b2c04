import { Turns } from './turns';

// Only the clock is faked, so that no other process on this machine makes a quick run look slow.
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** In how many turns of the event loop ten runs begin that hold it for this long each, after some promises. */
async function turnsOf(ms: number): Promise<number> {
  const turns = new Turns();
  let turn = 0;
  let ended = false;
  const count = (): void => {
    turn += 1;
    if (!ended) setImmediate(count);
  };
  setImmediate(count);
  const begunIn = new Set<number>();
  const run = async (): Promise<void> => {
    await turns.next();
    for (let depth = 0; depth < 30; depth += 1) await Promise.resolve();
    begunIn.add(turn);
    jest.advanceTimersByTime(ms);
  };
  await Promise.all(Array.from({ length: 10 }, run));
  ended = true;
  return begunIn.size;
}

it('quick runs begin in the same turn of the event loop', async () => {
  expect(await turnsOf(0)).toBe(1);
});

it('runs that hold the event loop begin in a turn each', async () => {
  expect(await turnsOf(30)).toBe(10);
});

it('begins runs in the order they came, also those that come later', async () => {
  const turns = new Turns();
  const begun: number[] = [];
  const run = (place: number): Promise<number> => turns.next().then(() => begun.push(place));
  await Promise.all([run(1), run(2).then(() => run(4)), run(3)]);
  await run(5);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

it('a lone run begins in the turn in which it comes', async () => {
  const turns = new Turns();
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await turns.next();
  expect(turned).toBe(false);
});
