import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { type JobType } from '../../contract/job-type';
import { type JobWork, type Run, type WorkJob, workBy } from '../../jobs/work';
import { createLogger } from '../../service/logger';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';
import { anyJob, TEST_JOB } from '../harness/jobs';

const NEWER = anyJob('newer', { version: 2 });

const broker = withBroker();
let queues: TestQueues;
beforeEach(async () => {
  queues = await broker().createQueues();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await stopConsumerApps();
});

const seen: WorkJob<JobType>[] = [];
const works = (run: Run<JobType>): JobWork[] =>
  [TEST_JOB, NEWER].map((definition: JobType) =>
    workBy(definition, (job, context) => {
      seen.push(job);
      return run(job, context);
    }),
  );

const text = (StringValue: string): { DataType: string; StringValue: string } => ({ DataType: 'String', StringValue });
const send = async (attributes: Readonly<Record<string, string>>, rest: object = {}): Promise<string> => {
  const id = randomUUID();
  const MessageAttributes = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, text(value)]));
  await broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }), { MessageAttributes, ...rest });
  return id;
};
const seenJob = (id: string): Promise<WorkJob<JobType>> => eventually(() => seen.find((job) => job.id === id) ?? false);

it('work gets the job with its type and group, of a message without a type the default one', async () => {
  await startConsumerApp(queues, {}, { works: works(() => ({ result: 1 })) });
  const named = await send({ type: 'newer', version: '2' }, { MessageGroupId: 'a-customer' });
  expect(await seenJob(named)).toMatchObject({ id: named, type: 'newer', input: 1, group: 'a-customer' });
  const bare = await send({});
  expect(await seenJob(bare)).toMatchObject({ id: bare, type: 'add-one', input: 1, group: undefined });
});

it('a message of an older version is run, one of a newer is not', async () => {
  await startConsumerApp(queues, {}, { works: works(() => ({ result: 1 })) });
  await seenJob(await send({ type: 'newer' }));
  await seenJob(await send({ type: 'newer', version: '1' }));
  await send({ type: 'newer', version: '3' });
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({
    reason: 'unsupported-version',
    error: expect.stringContaining('versions up to 2'),
  });
});

it('a message without a type is of no type where the default one is not worked, and it is of one of several', async () => {
  const OTHER = anyJob('other');
  await startConsumerApp(queues, {}, { works: [NEWER, OTHER].map((type) => workBy(type, () => ({ result: 1 }))) });
  await send({});
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'unknown-type' });
});

it('a job without a type is done once where one other type is all there is, however often it comes', async () => {
  const run = works(() => ({ result: 1 })).slice(1);
  const { records, transport } = await startConsumerApp(queues, {}, { works: run });
  const id = await send({});
  await eventually(async () => {
    expect(await records.get(id)).toMatchObject({ state: 'done', type: 'newer' });
  });
  // Received before, so that its record is asked how it stands.
  transport.pause('test');
  await broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }));
  await eventually(async () => (await broker().receive(queues.queueUrl, 0)).length > 0);
  transport.resume('test');
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect((await broker().depth(queues.deadLetterQueueUrl)).visible).toBe(0);
});

describe('the log of a work', () => {
  const loud: Run<JobType> = (_job, { logger }) => {
    logger.log('Half done.', { percent: 50, level: 'mine', jobId: 'mine' });
    const endless: Record<string, unknown> = { toJSON: 1 };
    endless['self'] = endless;
    logger.warn('Endless.', endless);
    logger.error('Odd.', { error: new RangeError('odd') });
    return { result: 1 };
  };

  it('names the job in each line, with fields beside its sentence, and no field replaces its own', async () => {
    const lines: string[] = [];
    const write = (line: unknown): boolean => lines.push(String(line)) > 0;
    jest.spyOn(process.stdout, 'write').mockImplementation(write);
    jest.spyOn(process.stderr, 'write').mockImplementation(write);
    await startConsumerApp(queues, {}, { works: works(loud), logger: createLogger() });
    const jobId = await send({ type: 'newer' });
    await eventually(() => lines.some((line) => line.includes('Odd.')));
    const told = lines.filter((line) => /Half|Endless|Odd/.test(line)).map((line) => JSON.parse(line) as unknown);
    const job = { jobId, type: 'newer', context: 'newer' };
    expect(told).toEqual([
      expect.objectContaining({ level: 'log', message: 'Half done.', percent: 50, ...job }),
      expect.objectContaining({
        level: 'warn',
        message: 'Endless.',
        fields: expect.stringContaining('Circular'),
        ...job,
      }),
      expect.objectContaining({
        level: 'error',
        message: 'Odd.',
        error: expect.stringMatching(/^RangeError: odd/),
        ...job,
      }),
    ]);
  });

  it('is a sentence with the job on a terminal', async () => {
    const lines: string[] = [];
    const keep = (line: unknown): number => lines.push(inspect(line));
    const logger = { log: keep, warn: keep, error: keep };
    await startConsumerApp(queues, {}, { works: works(loud), logger });
    const id = await send({ type: 'newer' });
    await eventually(() => lines.some((line) => line.includes('Odd')));
    expect(lines).toContain(`Job ${id} (newer): Half done. { percent: 50, level: 'mine' }`);
  });
});
