import { type FailedJob } from './failed-job';
import { groupFailures, likeness } from './groups';

test.each([
  ['Error: order 1004 of 01a221b3-03a2-735e-9bee-0b5738ddd2f8 is late', 'Error: order <n> of <id> is late'],
  ['timed out after 3.5 s, at 10.0.0.7:5432', 'timed out after <n> s, at <n>'],
  ['no object 9f86d081884c7d659a2feaa0c55ad015', 'no object <id>'],
  ['must be below 9007199254740990', 'must be below <n>'],
  ['the wall was defaced\n    at paint (wall.ts:7:1)', 'the wall was defaced'],
])('%j is like %j', (error, like) => {
  expect(likeness(error)).toBe(like);
});

const job = (at: string, rest: Partial<FailedJob>): FailedJob => ({
  id: at,
  type: 'add-one',
  reason: 'attempts',
  error: '',
  attempts: 5,
  state: 'failed',
  at,
  ...rest,
});

test('groups are by reason and likeness, the largest first, with their first and last time', () => {
  const jobs = [
    job('2026-11-28T03:00:00.000Z', { error: 'order 1' }),
    job('2026-11-28T02:00:00.000Z', { error: 'order 2', type: 'resize' }),
    job('2026-11-28T01:00:00.000Z', { error: 'order 3', reason: 'invalid' }),
  ];
  expect(groupFailures(jobs)).toEqual([
    {
      reason: 'attempts',
      error: 'order <n>',
      count: 2,
      types: ['add-one', 'resize'],
      first: '2026-11-28T02:00:00.000Z',
      last: '2026-11-28T03:00:00.000Z',
    },
    expect.objectContaining({ reason: 'invalid', count: 1 }),
  ]);
});
