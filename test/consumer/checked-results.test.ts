import { Type } from 'class-transformer';
import { IsDefined, IsNumber, IsObject, IsString, Length, ValidateNested } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { defineJob, type JobType } from '../../contract/job-type';
import { type Run, workBy } from '../../jobs/work';
import { onceElsewhere } from '../../results/elsewhere';
import { type Records } from '../../results/records';
import { type DeadLetter } from '../../transport/index';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

class Input {
  @IsDefined()
  readonly input: unknown;
}

class TextResult {
  @IsString()
  @Length(1, 1_000, { message: 'must be a text of 1 to 1000 characters' })
  readonly result: unknown;
}

class Sum {
  @IsNumber()
  readonly cents: number;
}
class Bill {
  @ValidateNested()
  @Type(() => Sum)
  readonly sum: Sum;

  @IsObject()
  readonly extra: object;
}
class BillResult {
  @IsDefined()
  @ValidateNested()
  @Type(() => Bill)
  readonly result: unknown;
}

const TEXT = defineJob({ type: 'text', input: Input, result: TextResult, policy: { sizeLimitBytes: 100 } });
const BILL = defineJob({ type: 'bill', input: Input, result: BillResult });

/** What the work of a job returns, and how often it ran. */
interface Course {
  readonly make: () => unknown;
  readonly elsewhere: boolean;
  runs: number;
}
const courses = new Map<string, Course>();

const run: Run<JobType> = (job, { records, signal }) => {
  const course = courses.get(job.id);
  if (!course) throw new Error('a job of no test');
  course.runs += 1;
  const effect = { result: course.make() };
  return course.elsewhere
    ? onceElsewhere({ records, job }, { leaseSeconds: 5, signal }, () => Promise.resolve(effect))
    : effect;
};

// Before the broker ends.
afterAll(stopConsumerApps);
const broker = withBroker();
let queues: TestQueues;
let records: Records;
beforeAll(async () => {
  queues = await broker().createQueues();
  ({ records } = await startConsumerApp(queues, {}, { works: [workBy(TEXT, run), workBy(BILL, run)] }));
});

interface Sent {
  readonly input?: unknown;
  readonly elsewhere?: boolean;
}

/** Sends a job whose work returns whatever `make` does. */
async function send(
  { type }: JobType,
  make: () => unknown,
  { input = 1, elsewhere = false }: Sent = {},
): Promise<{ readonly id: string; readonly course: Course }> {
  const id = randomUUID();
  const course = { make, elsewhere, runs: 0 };
  courses.set(id, course);
  const attributes = { type: { DataType: 'String', StringValue: type } };
  await broker().send(queues.queueUrl, JSON.stringify({ id, input }), { MessageAttributes: attributes });
  return { id, course };
}

/** Why the only job that can be a dead letter now is one. */
async function whyOfNext(): Promise<DeadLetter> {
  const letters = await deadLetters(broker(), queues.deadLetterQueueUrl);
  await broker().delete(queues.deadLetterQueueUrl, letters);
  expect(letters).toHaveLength(1);
  return whyOf(letters[0] ?? {});
}

const circle: Record<string, unknown> = { cents: 1 };
circle['itself'] = circle;
const deep = Array.from({ length: 150 }).reduce<object>((inner) => ({ inner }), {});

const bill = (extra: object) => (): unknown => ({ sum: { cents: 1 }, extra });

const REFUSED: [string, JobType, () => unknown, string][] = [
  ['a number for a text', TEXT, () => 5, '/result must be a string'],
  ['nothing', TEXT, () => undefined, '/result must be a string'],
  ['a BigInt', TEXT, () => 5n, '/result must be a string'],
  ['a text that its rule refuses', TEXT, () => '', '/result must be a text of 1 to 1000 characters'],
  ['a text over the limit', TEXT, () => 'é'.repeat(50), 'it is more than 100 bytes, the `sizeLimitBytes` of'],
  ['a text for a number', BILL, () => ({ sum: { cents: '5' }, extra: {} }), '/result/sum/cents must be a number'],
  ['a NaN inside', BILL, () => ({ sum: { cents: NaN }, extra: {} }), '/result/sum/cents must be a number'],
  ['no object inside', BILL, () => ({ extra: {} }), '/result/sum'],
  ['a cycle', BILL, bill(circle), '/result/extra nests deeper than 100'],
  ['too deep', BILL, bill(deep), '/result/extra nests deeper than 100'],
  ['a BigInt without a rule', BILL, bill({ amount: 5n }), 'a BigInt at /extra/amount'],
  ['a function without a rule', BILL, bill({ make: () => 1 }), 'a function at /extra/make'],
  ['a forgotten await', BILL, bill({ later: Promise.resolve(1) }), 'a promise that was not awaited at /extra/later'],
  ['an Infinity without a rule', BILL, bill({ 'a/b': Infinity }), '/result/extra/a~1b must be a finite number'],
  ['a hole', BILL, bill({ list: [1, undefined] }), 'undefined at /extra/list/1'],
  ['another property', BILL, () => ({ more: 1 }), '/result has unknown fields; it takes sum and extra'],
];

it.each(REFUSED)(
  '%s is no result: refused at once, with the property that is wrong',
  async (...[, type, make, says]) => {
    for (const elsewhere of [false, true]) {
      const { id, course } = await send(type, make, { elsewhere });
      const why = await whyOfNext();
      expect(why).toMatchObject({ reason: 'refused', attempts: 0, jobId: id });
      expect(why.error).toContain('The result ');
      expect(why.error).toContain('correct the work');
      expect(why.error).toContain(says);
      expect(await records.get(id)).toMatchObject({ state: 'failed', reason: 'refused' });
      expect(course.runs).toBe(1);
    }
  },
);

it.each<[string, JobType, unknown]>([
  ['a text', TEXT, 'é'.repeat(49)],
  ['an object with what may be left out', BILL, { sum: { cents: 5 }, extra: { left: undefined, list: [null, 'x'] } }],
])('%s is recorded', async (_name, type, result) => {
  const { id } = await send(type, () => result);
  await eventually(async () => {
    expect(await records.get(id)).toMatchObject({ state: 'done' });
  });
});

it('an input over the limit of its type, sent by hand, is invalid; one at the limit is not', async () => {
  await send(TEXT, () => 'x', { input: 'é'.repeat(50) });
  expect(await whyOfNext()).toMatchObject({
    reason: 'invalid',
    error: expect.stringContaining('/input is 102 bytes of JSON; its type takes up to 100'),
  });
  const { id } = await send(TEXT, () => 'x', { input: 'é'.repeat(49) });
  await eventually(async () => {
    expect(await records.get(id)).toMatchObject({ state: 'done' });
  });
});
