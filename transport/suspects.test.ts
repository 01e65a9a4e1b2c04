import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '../test/harness/eventually';
import { Suspects } from './suspects';

const never = new AbortController().signal;

/** How many run at once at most, of so many that take as long as that each. */
async function mostAtOnce(suspects: Suspects, count: number, ms: number): Promise<number> {
  let [running, most] = [0, 0];
  const run = async (): Promise<void> => {
    const end = await suspects.begin(1, never);
    most = Math.max(most, ++running);
    await wait(ms);
    running -= 1;
    end?.();
  };
  await Promise.all(Array.from({ length: count }, run));
  return most;
}

it('lets one run at a time, and more as more have passed', async () => {
  const suspects = new Suspects();
  expect(await mostAtOnce(suspects, 10, 1)).toBe(1);
  expect(await mostAtOnce(suspects, 10, 100)).toBe(2);
});

it('begins them in another order than they came', async () => {
  const suspects = new Suspects();
  const asked = Array.from({ length: 10 }, (_, index) => index);
  const begun: number[] = [];
  await Promise.all(
    asked.map(async (index) => {
      const end = await suspects.begin(1, never);
      begun.push(index);
      end?.();
    }),
  );
  expect(begun.toSorted((one, other) => one - other)).toEqual(asked);
  expect(begun).not.toEqual(asked);
});

it('does not keep others waiting for a long run', async () => {
  const suspects = new Suspects();
  const begun: number[] = [];
  const begin = async (): Promise<(() => void) | undefined> => {
    const end = await suspects.begin(1, never);
    begun.push(performance.now());
    return end;
  };
  const ends = await Promise.all([begin(), begin()]);
  expect((begun[1] ?? 0) - (begun[0] ?? 0)).toBeGreaterThan(3_000);
  for (const end of ends) end?.();
});

it('lets one that was cut off again and again finish, however long its run', async () => {
  const suspects = new Suspects();
  const ends: (() => void)[] = [];
  for (let count = 0; count < 2; count += 1) void suspects.begin(8, never).then((end) => end && ends.push(end));
  await eventually(() => ends.length === 1);
  await wait(7_000);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await eventually(() => ends.length === 2);
  ends[1]?.();
});

it('begins nothing once its signal is aborted', async () => {
  const suspects = new Suspects();
  const end = await suspects.begin(1, never);
  expect(await suspects.begin(1, AbortSignal.timeout(1_500))).toBeUndefined();
  end?.();
});
