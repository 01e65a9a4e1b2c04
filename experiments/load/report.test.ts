import { latencyOf, momentsOf } from './report';

test('latency by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(latencyOf(hundred)).toEqual({ median: 50, p95: 95, p99: 99, most: 100 });
  expect(latencyOf([7])).toEqual({ median: 7, p95: 7, p99: 7, most: 7 });
  expect(latencyOf([])).toEqual({ median: 0, p95: 0, p99: 0, most: 0 });
});

test('a moment for each second, with what waits at its end', () => {
  const moments = momentsOf([
    { sentAt: 10_000, doneAt: 10_500 },
    { sentAt: 10_900, doneAt: 12_100 },
    { sentAt: 11_000, doneAt: undefined },
  ]);
  expect(moments).toEqual([
    { second: 0, sent: 2, done: 1, backlog: 1 },
    { second: 1, sent: 1, done: 0, backlog: 2 },
    { second: 2, sent: 0, done: 1, backlog: 1 },
  ]);
  expect(momentsOf([])).toEqual([]);
});

test('a long run has wider moments, and the same rates', () => {
  const moments = momentsOf(
    Array.from({ length: 600 }, (_, second) => ({ sentAt: second * 1_000, doneAt: second * 1_000 })),
  );
  expect(moments.length).toBeLessThanOrEqual(120);
  expect(moments[0]).toMatchObject({ sent: 1, done: 1, backlog: 0 });
});
