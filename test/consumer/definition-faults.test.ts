import { createConsumer } from '../../consumer/app';
import { type JobType } from '../../contract/job-type';
import { readEnvironment } from '../../contract/environment';
import { workBy } from '../../jobs/work';
import { createProducer } from '../../producer/app';
import { anyJob } from '../harness/jobs';
import { endApps, runApp } from '../harness/processes';

afterAll(endApps);

const QUEUES = {
  QUEUE_URL: 'http://127.0.0.1:4100/000000000000/jobs',
  DLQ_URL: 'http://127.0.0.1:4100/000000000000/jobs-dlq',
};

const FAULTY = anyJob('a/b');

it('a consumer whose jobs cannot work says why with the faults of its environment, without a stack, and ends with 1', async () => {
  const app = runApp('dist/test/consumer/faulty-consumer.js', { env: { ...QUEUES, DLQ_URL: undefined, PORT: 'x' } });
  expect(await app.exit(20_000)).toEqual({ code: 1, signal: null });
  expect(app.lines).toHaveLength(1);
  const { message, level } = JSON.parse(app.lines[0] ?? '') as { message: string; level: string };
  expect(level).toBe('error');
  expect(message.split('\n')).toEqual([
    '7 faults keep this from starting:',
    expect.stringMatching(/^ {2}PORT is "x"; it takes/),
    '  The job type endless has policy.maxAttempts Infinity; it takes a whole number from 1 to 982',
    expect.stringMatching(/^ {2}The input of the job type bare cannot work: Bare has no rule of class-validator/),
    '  The job type add-one has two works; it takes one',
    '  The job type unlisted has a work and is not among the definitions; add it to jobs/definitions.ts',
    '  The job type endless has no work, so that each of its jobs would be a dead letter; add its work to jobs/works.ts',
    expect.stringMatching(/^ {2}DLQ_URL is missing/),
  ]);
});

it.each<[string, (definition: JobType) => Promise<unknown>]>([
  [
    'consumer',
    (definition) =>
      createConsumer(readEnvironment(QUEUES), undefined, [workBy(definition, () => ({ result: undefined }))]),
  ],
  ['producer', (definition) => createProducer(readEnvironment(QUEUES), undefined, [definition])],
])('a %s is not made for a job type that cannot work', async (_app, create) => {
  await expect(create(FAULTY)).rejects.toMatchObject({
    name: 'EnvironmentError',
    faults: [expect.stringMatching(/^A job type is named "a\/b"; it takes/)],
  });
});
