import { v7 as uuid } from 'uuid';
import { ASKED_JOB } from '../rig/asked-job';
import { type Outcome } from './outcomes';
import { type End, faultsOf } from './verdict';

const jobs = Array.from({ length: 5 }, () => ({ id: uuid(), sentAt: 0 }));
const done = (result: unknown): Outcome => ({ state: 'done', result, completedAt: 0 });
const allDone = new Map<string, Outcome>(jobs.map(({ id }) => [id, done(ASKED_JOB.result)]));
const first = jobs[0] ?? { id: '', sentAt: 0 };

const GOOD: End = {
  accepted: 5,
  requests: 5,
  failedShare: 0,
  refusedShare: 0,
  dropped: 0,
  requestMs: { median: 1, p95: 1, p99: 1, most: 1 },
  thresholds: [{ name: 'failed_requests: rate==0', ok: true }],
  jobs,
  strays: [],
  outcomes: allDone,
  depths: { waiting: 0, deadLetters: 0 },
  stoppedWell: true,
};

const withFirst = (outcome: Outcome): Pick<End, 'outcomes'> => ({
  outcomes: new Map([...allDone, [first.id, outcome]]),
});

test('no fault when every accepted job is done and nothing is left', () => {
  expect(faultsOf(GOOD)).toEqual([]);
  expect(faultsOf({ ...GOOD, depths: undefined })).toEqual([]);
});

const PLANTED: readonly [string, Partial<End>, string][] = [
  [
    'a lost job',
    withFirst({ state: 'open', why: 'pending' }),
    `1 accepted job not done, such as ${first.id} (pending).`,
  ],
  [
    'a job nobody asked after',
    { outcomes: new Map([...allDone].slice(1)) },
    `1 accepted job not done, such as ${first.id} (never asked).`,
  ],
  [
    'a dead-lettered job',
    withFirst({ state: 'failed', why: 'attempts' }),
    `1 accepted job dead-lettered, such as ${first.id} (attempts).`,
  ],
  [
    'a wrong result',
    withFirst(done({ not: ASKED_JOB.result })),
    `1 accepted job with a wrong result, such as ${first.id}.`,
  ],
  [
    'an id that k6 lost',
    { jobs: jobs.slice(1) },
    'k6 counted 5 accepted jobs but wrote 4 down, so not all can be asked after.',
  ],
  ['an id given out twice', { jobs: [...jobs, first], accepted: 6 }, '1 ids were given out twice.'],
  ['a line that is no job', { strays: ['oops'] }, 'k6 wrote 1 lines that are no job, such as "oops".'],
  ['a dead letter', { depths: { waiting: 0, deadLetters: 2 } }, '2 messages are in the dead-letter queue.'],
  ['a message left', { depths: { waiting: 1, deadLetters: 0 } }, '1 messages are left in the queue.'],
  [
    'a threshold',
    { thresholds: [{ name: 'failed_requests: rate==0', ok: false }] },
    'The threshold failed_requests: rate==0 did not hold.',
  ],
  ['a pair that did not drain', { stoppedWell: false }, 'The pair did not drain and end with 0.'],
];

test.each(PLANTED)('%s is a fault', (_, planted, fault) => {
  expect(faultsOf({ ...GOOD, ...planted })).toEqual([fault]);
});
