import { backoffSeconds } from './backoff';
import { type Standing } from './attempts';
import { decideAfterRun, decideBeforeRun } from './decision';
import { toDelivery } from './delivery';

const limits = { maxAttempts: 5, maxUnsettledReceives: 15, random: 0.5, isExcused: false };
const received = (count: number): ReturnType<typeof toDelivery> =>
  toDelivery({ Attributes: { ApproximateReceiveCount: String(count) } }, 'queue', 0);

describe('before a run', () => {
  it.each([
    ['runs a first retry', 2, { attempts: 1, job: 'open' }, undefined],
    ['dead-letters what is done with another payload', 2, { attempts: 1, job: 'conflict' }, 'dead-letter'],
    ['deletes what another delivery has done', 2, { attempts: 1, job: 'done' }, 'delete'],
    ['runs while failed runs explain the receives', 5, { attempts: 4, job: 'open' }, undefined],
    ['dead-letters what has failed often enough', 6, { attempts: 5, job: 'open' }, 'dead-letter'],
    ['runs at the fifteenth receive', 15, { attempts: 0, job: 'open' }, undefined],
    ['does not run after fifteen receives without an outcome', 16, { attempts: 0, job: 'open' }, 'dead-letter'],
    ['counts such receives apart from failed runs', 19, { attempts: 4, job: 'open' }, undefined],
    ['and dead-letters before the native backstop of 20', 20, { attempts: 4, job: 'open' }, 'dead-letter'],
  ])('%s', (...[, receives, standing, action]) => {
    expect(decideBeforeRun(received(receives), standing as Standing, limits)?.action).toBe(action);
  });

  it('runs what is excused for its receives, but not for its failed runs', () => {
    const excused = { ...limits, isExcused: true };
    expect(decideBeforeRun(received(19), { attempts: 0, job: 'open' }, excused)).toBeUndefined();
    expect(decideBeforeRun(received(19), { attempts: 5, job: 'open' }, excused)?.action).toBe('dead-letter');
  });
});

describe('after a run', () => {
  const failed = { kind: 'retry', error: 'no' } as const;
  it.each([
    ['deletes a success', { kind: 'done' } as const, { attempts: 0, job: 'open' }, { action: 'delete' }],
    ['deletes a last failure of a job that is done', failed, { attempts: 5, job: 'done' }, { action: 'delete' }],
    [
      'backs off by the attempts',
      failed,
      { attempts: 2, job: 'open' },
      { action: 'release', afterSeconds: 2, retry: true },
    ],
    [
      'waits as asked',
      { ...failed, afterSeconds: 7 },
      { attempts: 2, job: 'open' },
      { action: 'release', afterSeconds: 7, retry: true },
    ],
    [
      'backs off when asked for no number',
      { ...failed, afterSeconds: NaN },
      { attempts: 2, job: 'open' },
      { action: 'release', afterSeconds: 2, retry: true },
    ],
    [
      'never beyond what SQS takes',
      { ...failed, afterSeconds: 1e9 },
      { attempts: 2, job: 'open' },
      { action: 'release', afterSeconds: 39_600, retry: true },
    ],
    [
      'gives up after the fifth',
      failed,
      { attempts: 5, job: 'open' },
      { action: 'dead-letter', reason: 'attempts', error: 'no', attempts: 5 },
    ],
    [
      'dead-letters a rejection at once',
      { kind: 'reject', reason: 'closed', error: 'never' } as const,
      { attempts: 0, job: 'open' },
      { action: 'dead-letter', reason: 'closed', error: 'never', attempts: 0 },
    ],
  ])('%s', (...[, outcome, standing, decision]) => {
    expect(decideAfterRun(outcome, standing as Standing, limits)).toEqual(decision);
  });
});

describe('backoff', () => {
  it('is fully jittered over 2, 4, 8, 16 seconds and more, at least 1, at most 15 minutes', () => {
    const most = [1, 2, 3, 4, 20].map((attempts) => backoffSeconds(attempts, 0.999_999));
    expect(most).toEqual([2, 4, 8, 16, 900]);
    expect(backoffSeconds(4, 0)).toBe(1);
  });
});
