import { EffectRefused, StoreUnavailable } from './errors';
import { recordPatiently } from './patience';

const away = (): Promise<never> => Promise.reject(new StoreUnavailable('away'));
const never = (): Promise<never> => new Promise(() => undefined);

test('tries again until the store is back', async () => {
  let tries = 0;
  const write = (): Promise<string> => ((tries += 1) < 4 ? away() : Promise.resolve('written'));
  expect(await recordPatiently(write, new AbortController().signal)).toBe('written');
  expect(tries).toBe(4);
});

test('hands on at once what another try would not change', async () => {
  let tries = 0;
  const write = (): Promise<never> => {
    tries += 1;
    return Promise.reject(new EffectRefused('the balance is too low'));
  };
  await expect(recordPatiently(write, new AbortController().signal)).rejects.toThrow('the balance is too low');
  expect(tries).toBe(1);
});

test('ends with the signal, between two tries and soon after it during one', async () => {
  for (const write of [away, never]) {
    const stopping = new AbortController();
    const recorded = recordPatiently(write, stopping.signal);
    const before = performance.now();
    stopping.abort(new Error('the process ends'));
    await expect(recorded).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(5_000);
  }
});

test('a write under way when the signal comes still counts if it ends soon', async () => {
  const stopping = new AbortController();
  let written: (answer: string) => void = () => undefined;
  const recorded = recordPatiently(() => new Promise<string>((resolve) => (written = resolve)), stopping.signal);
  stopping.abort();
  written('written');
  expect(await recorded).toBe('written');
});

test('work that ended after it was told to stop has one try', async () => {
  expect(await recordPatiently(() => Promise.resolve('written'), AbortSignal.abort())).toBe('written');
  await expect(recordPatiently(away, AbortSignal.abort())).rejects.toThrow('away');
});
