import { callsBetween } from './http-calls';
import { quantile, sentAtOf } from './meter';
import { perMessage } from './run';
import { leastSeconds, WORKLOADS, workMs } from './workload';
import { v7 as uuid } from 'uuid';

const named = (name: string) => WORKLOADS.find((workload) => workload.name === name) ?? WORKLOADS[0];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each(['exponential-20ms', 'one-in-a-hundred-2s'] as const)(
  '%s takes 20 ms on average, the same for a seed',
  (work) => {
    const times = Array.from({ length: 50_000 }, (_, input) => workMs(work, 7, input));
    expect(mean(times)).toBeGreaterThan(18);
    expect(mean(times)).toBeLessThan(22);
    expect(times.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, input) => workMs(work, 7, input)));
    expect(times.slice(0, 1_000)).not.toEqual(Array.from({ length: 1_000 }, (_, input) => workMs(work, 8, input)));
  },
);

test('what a limit in flight allows: all of it with one, the slowest with enough', () => {
  const slow = named('one-slow');
  if (!slow) throw new Error('no such workload');
  const total = Array.from({ length: 1_000 }, (_, input) => workMs(slow.work, 1, input)).reduce(
    (sum, ms) => sum + ms,
    0,
  );
  expect(total).toBeGreaterThan(2_000);
  expect(leastSeconds({ ...slow, atOnce: 1 }, 1, 1_000)).toBeCloseTo(total / 1_000);
  expect(leastSeconds({ ...slow, atOnce: 1_000 }, 1, 1_000)).toBe(2);
});

test('an id tells when it was made', () => {
  const before = Date.now();
  const sentAt = sentAtOf(uuid());
  expect(sentAt).toBeGreaterThanOrEqual(before);
  expect(sentAt).toBeLessThanOrEqual(Date.now());
});

test('a quantile is a value that was there', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([1, 51, 100, 100]);
  expect(quantile([], 0.5)).toBeNaN();
});

test('calls are counted from a moment on, and per message', () => {
  const calls = callsBetween(
    { ReceiveMessage: 5, GetQueueAttributes: 1 },
    { ReceiveMessage: 25, GetQueueAttributes: 1, DeleteMessage: 4 },
  );
  expect(calls).toEqual({ ReceiveMessage: 20, GetQueueAttributes: 0, DeleteMessage: 4 });
  expect(perMessage(calls, 40)).toEqual({ ReceiveMessage: 0.5, DeleteMessage: 0.1 });
});
