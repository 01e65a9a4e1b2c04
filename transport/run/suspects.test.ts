import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '../../test/harness/eventually';
import { Suspects, type Trial } from './suspects';

const never = new AbortController().signal;

async function beginRun(suspects: Suspects, times: number, signal = never): Promise<Trial | undefined> {
  const trial = await suspects.begin(times, signal);
  trial?.begun();
  return trial;
}

/** How many run at once at most, of so many that take as long as that each. */
async function mostAtOnce(suspects: Suspects, count: number, ms: number): Promise<number> {
  let [running, most] = [0, 0];
  const run = async (): Promise<void> => {
    const trial = await beginRun(suspects, 1);
    most = Math.max(most, ++running);
    await wait(ms);
    running -= 1;
    trial?.ended();
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
      const trial = await beginRun(suspects, 1);
      begun.push(index);
      trial?.ended();
    }),
  );
  expect(begun.toSorted((one, other) => one - other)).toEqual(asked);
  expect(begun).not.toEqual(asked);
});

it('does not keep others waiting for a long run', async () => {
  const suspects = new Suspects();
  const begun: number[] = [];
  const begin = async (): Promise<Trial | undefined> => {
    const trial = await beginRun(suspects, 1);
    begun.push(performance.now());
    return trial;
  };
  const trials = await Promise.all([begin(), begin()]);
  expect((begun[1] ?? 0) - (begun[0] ?? 0)).toBeGreaterThan(3_000);
  for (const trial of trials) trial?.ended();
});

it('lets one that was cut off again and again finish, however long its run', async () => {
  const suspects = new Suspects();
  const trials: Trial[] = [];
  for (let count = 0; count < 2; count += 1) void beginRun(suspects, 8).then((trial) => trial && trials.push(trial));
  await eventually(() => trials.length === 1);
  await wait(7_000);
  expect(trials).toHaveLength(1);
  trials[0]?.ended();
  await eventually(() => trials.length === 2);
  trials[1]?.ended();
});

it('counts no time before the run, and lets the next one run where none was begun', async () => {
  const suspects = new Suspects();
  const trials: Trial[] = [];
  for (let count = 0; count < 2; count += 1) void suspects.begin(1, never).then((trial) => trial && trials.push(trial));
  await eventually(() => trials.length === 1);
  await wait(6_000);
  expect(trials).toHaveLength(1);
  trials[0]?.ended();
  await eventually(() => trials.length === 2);
  trials[1]?.ended();
  // Nothing has passed, or two might run at once now.
  expect(await mostAtOnce(suspects, 5, 1)).toBe(1);
});

it('begins nothing once its signal is aborted', async () => {
  const suspects = new Suspects();
  const trial = await beginRun(suspects, 1);
  expect(await suspects.begin(1, AbortSignal.timeout(1_500))).toBeUndefined();
  trial?.ended();
});
