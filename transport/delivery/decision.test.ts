import { POLICY } from '../../test/transport/flights';
import { type Standing } from './attempts';
import { backoffSeconds, decideAfterRun, decideBeforeRun } from './decision';
import { toDelivery } from './delivery';

const limits = { ...POLICY, random: 0.5 };
const received = (count: number): ReturnType<typeof toDelivery> =>
  toDelivery({ Attributes: { ApproximateReceiveCount: String(count) } }, 0);
const standing = (rest: Partial<Standing>): Standing => ({ attempts: 0, begun: 0, job: 'open', ...rest });
const RUN = { action: 'run', noted: false };
const NOTED = { action: 'run', noted: true };

describe('before a run', () => {
  it.each([
    ['runs a first retry', 2, { attempts: 1 }, RUN],
    ['runs while failed runs explain the receives', 5, { attempts: 4 }, RUN],
    ['runs the second receive without an outcome', 2, {}, RUN],
    ['notes the run of the third', 3, {}, NOTED],
    ['notes the run of the third beside failed runs', 5, { attempts: 2 }, NOTED],
    ['notes every run of a job that has begun before', 2, { attempts: 1, begun: 1 }, NOTED],
    ['runs what was received often, and never begun', 400, {}, NOTED],
    ['runs after fourteen begun runs', 20, { begun: 14 }, NOTED],
  ])('%s', (...[, receives, rest, verdict]) => {
    expect(decideBeforeRun(received(receives), standing(rest), limits)).toEqual(verdict);
  });

  it.each([
    [
      'what is done with another payload',
      2,
      { attempts: 1, job: 'conflict' },
      'conflict',
      'is done with another payload',
    ],
    ['what has failed often enough', 6, { attempts: 5 }, 'attempts', '5 runs failed before'],
    [
      'what has begun fifteen times without an outcome',
      18,
      { begun: 15 },
      'unsettled',
      '15 runs began and had no outcome',
    ],
  ] as const)('dead-letters %s, and says so', (...[, receives, rest, reason, sentence]) => {
    const { attempts } = standing(rest);
    const verdict = decideBeforeRun(received(receives), standing(rest), limits);
    const error = expect.stringContaining(sentence) as unknown;
    expect(verdict).toEqual({ action: 'dead-letter', reason, error, publicError: error, attempts });
  });

  it.each(['done', 'moved'] as const)('deletes what another delivery has %s', (job) => {
    expect(decideBeforeRun(received(2), standing({ job }), limits)).toEqual({ action: 'delete' });
  });

  it('ends a message after this many receives only if begun runs cannot be noted', () => {
    const counted = { ...limits, maxReceives: 50 };
    expect(decideBeforeRun(received(50), standing({}), counted)).toEqual(NOTED);
    expect(decideBeforeRun(received(51), standing({}), counted)).toEqual({
      action: 'dead-letter',
      reason: 'receives',
      error: 'Received more than 50 times, and nothing notes what became of it.',
      publicError: 'Received more than 50 times, and nothing notes what became of it.',
      attempts: 0,
    });
  });
});

describe('after a run', () => {
  const no = { error: 'no', publicError: 'NoError' } as const;
  const never = { error: 'never', publicError: 'never' } as const;
  const failed = { kind: 'retry', ...no } as const;
  const rejected = { kind: 'reject', reason: 'closed', ...never } as const;
  it.each([
    ['deletes a last failure of a job that is done', failed, { attempts: 5, job: 'done' }, { action: 'delete' }],
    ['backs off by the attempts', failed, { attempts: 2 }, { action: 'retry', afterSeconds: 2, ...no }],
    ['waits as asked', { ...failed, afterSeconds: 7 }, { attempts: 2 }, { action: 'retry', afterSeconds: 7, ...no }],
    [
      'backs off when asked for no number',
      { ...failed, afterSeconds: NaN },
      { attempts: 2 },
      { action: 'retry', afterSeconds: 2, ...no },
    ],
    [
      'waits no longer than SQS can',
      { ...failed, afterSeconds: 1e9 },
      { attempts: 2 },
      { action: 'retry', afterSeconds: 39_600, ...no },
    ],
    [
      'gives up after the fifth',
      failed,
      { attempts: 5 },
      { action: 'dead-letter', reason: 'attempts', ...no, attempts: 5 },
    ],
    [
      'dead-letters a rejection at once',
      rejected,
      {},
      { action: 'dead-letter', reason: 'closed', ...never, attempts: 0 },
    ],
    ['deletes what was rejected of a job that is done', rejected, { job: 'done' }, { action: 'delete' }],
  ])('%s', (...[, outcome, rest, decision]) => {
    expect(decideAfterRun(outcome, standing(rest as Partial<Standing>), limits)).toEqual(decision);
  });
});

describe('backoff', () => {
  it('is fully jittered over 2, 4, 8, 16 seconds and more, from 1 second to 15 minutes', () => {
    const longest = [1, 2, 3, 4, 20, 5_000].map((attempts) => backoffSeconds(attempts, POLICY.backoff, 0.999_999));
    expect(longest).toEqual([2, 4, 8, 16, 900, 900]);
    expect(backoffSeconds(4, POLICY.backoff, 0)).toBe(1);
  });

  it.each([
    ['grows by the factor from the first to the most', { firstSeconds: 5, maxSeconds: 60, factor: 3 }, [5, 15, 45, 60]],
    ['stays as it is where the factor is 1', { firstSeconds: 7, maxSeconds: 900, factor: 1 }, [7, 7, 7, 7]],
    ['is a second where less is asked for', { firstSeconds: 0.1, maxSeconds: 0.5, factor: 2 }, [1, 1, 1, 1]],
  ])('%s', (_case, backoff, longest) => {
    expect([1, 2, 3, 4].map((attempts) => backoffSeconds(attempts, backoff, 0.999_999))).toEqual(longest);
  });
});
