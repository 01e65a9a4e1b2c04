import { readEnvironment } from '../contract/environment';
import { consumerFaults } from './app';

const JOBS = 'http://127.0.0.1:4100/000000000000/jobs';

test('two queues are no fault', () => {
  expect(consumerFaults(readEnvironment({ QUEUE_URL: JOBS, DLQ_URL: `${JOBS}-dlq` }))).toEqual([]);
});

test('every queue that is missing is told', () => {
  const faults = consumerFaults(readEnvironment({}));
  expect(faults).toEqual([
    expect.stringMatching(/^QUEUE_URL is missing/),
    expect.stringMatching(/^DLQ_URL is missing/),
  ]);
});

test.each([
  [JOBS, JOBS],
  [JOBS, `${JOBS}/`],
  [`${JOBS}//`, JOBS],
])('dead letters that would come back are a fault: %s and %s', (QUEUE_URL, DLQ_URL) => {
  const faults = consumerFaults(readEnvironment({ QUEUE_URL, DLQ_URL }));
  expect(faults).toEqual([`DLQ_URL is "${DLQ_URL}", the queue of QUEUE_URL; it takes the URL of another queue`]);
});
