import { backoffSeconds } from './backoff';
import { decideAfterRun, decideBeforeRun } from './decision';
import { toDelivery } from './delivery';

const limits = { maxAttempts: 5, maxUnsettledReceives: 15, random: 0.5 };
const received = (count: number): ReturnType<typeof toDelivery> =>
  toDelivery({ Attributes: { ApproximateReceiveCount: String(count) } }, 'queue', 0);

describe('before a run', () => {
  it.each([
    ['runs a first retry', 2, { attempts: 1, done: false }, undefined],
    ['deletes what another delivery has done', 2, { attempts: 1, done: true }, 'delete'],
    ['runs while failed runs explain the receives', 5, { attempts: 4, done: false }, undefined],
    ['dead-letters what has failed often enough', 6, { attempts: 5, done: false }, 'dead-letter'],
    ['runs at the fifteenth receive', 15, { attempts: 0, done: false }, undefined],
    ['does not run after fifteen receives without an outcome', 16, { attempts: 0, done: false }, 'dead-letter'],
    ['counts such receives apart from failed runs', 19, { attempts: 4, done: false }, undefined],
    ['and dead-letters before the native backstop of 20', 20, { attempts: 4, done: false }, 'dead-letter'],
  ])('%s', (...[, receives, standing, action]) => {
    expect(decideBeforeRun(received(receives), standing, limits)?.action).toBe(action);
  });
});

describe('after a run', () => {
  const failed = { kind: 'retry', error: 'no' } as const;
  it.each([
    ['deletes a success', { kind: 'done' } as const, { attempts: 0, done: false }, { action: 'delete' }],
    ['deletes a last failure of a job that is done', failed, { attempts: 5, done: true }, { action: 'delete' }],
    ['backs off by the attempts', failed, { attempts: 2, done: false }, { action: 'release', afterSeconds: 2 }],
    [
      'waits as asked',
      { ...failed, afterSeconds: 7 },
      { attempts: 2, done: false },
      { action: 'release', afterSeconds: 7 },
    ],
    [
      'never beyond 12 hours',
      { ...failed, afterSeconds: 1e9 },
      { attempts: 2, done: false },
      { action: 'release', afterSeconds: 43_200 },
    ],
    [
      'gives up after the fifth',
      failed,
      { attempts: 5, done: false },
      { action: 'dead-letter', reason: 'attempts', error: 'no', attempts: 5 },
    ],
    [
      'dead-letters a rejection at once',
      { kind: 'reject', reason: 'closed', error: 'never' } as const,
      { attempts: 0, done: false },
      { action: 'dead-letter', reason: 'closed', error: 'never', attempts: 0 },
    ],
  ])('%s', (...[, outcome, standing, decision]) => {
    expect(decideAfterRun(outcome, standing, limits)).toEqual(decision);
  });
});

describe('backoff', () => {
  it('is fully jittered over 2, 4, 8, 16 seconds and more, at least 1, at most 15 minutes', () => {
    const most = [1, 2, 3, 4, 20].map((attempts) => backoffSeconds(attempts, 0.999_999));
    expect(most).toEqual([2, 4, 8, 16, 900]);
    expect(backoffSeconds(4, 0)).toBe(1);
  });
});
