import { Type } from 'class-transformer';
import { IsDefined, IsNumber, IsObject, IsString, Length, ValidateNested } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { defineJob, type JobType } from '../../contract/job-type';
import { type Run, workBy } from '../../jobs/work';
import { onceElsewhere } from '../../results/elsewhere';
import { withBroker, type TestQueues } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
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

const broker = withBroker();
let queues: TestQueues;
let runs = 0;

/** A consumer whose work returns whatever `make` does. */
async function start(definition: JobType, make: () => unknown, elsewhere = false): Promise<ConsumerApp> {
  queues = await broker().createQueues();
  runs = 0;
  const run: Run<JobType> = (job, { records, signal }) => {
    runs += 1;
    const effect = { result: make() };
    return elsewhere
      ? onceElsewhere({ records, job }, { leaseSeconds: 5, signal }, () => Promise.resolve(effect))
      : effect;
  };
  return startConsumerApp(queues, {}, { works: [workBy(definition, run)] });
}
afterEach(stopConsumerApps);

const send = async (type: string, input: unknown = 1): Promise<string> => {
  const id = randomUUID();
  const attributes = { type: { DataType: 'String', StringValue: type } };
  await broker().send(queues.queueUrl, JSON.stringify({ id, input }), { MessageAttributes: attributes });
  return id;
};

const circle: Record<string, unknown> = { cents: 1 };
circle['itself'] = circle;
const deep = Array.from({ length: 150 }).reduce<object>((inner) => ({ inner }), {});

const bill = (extra: object) => (): unknown => ({ sum: { cents: 1 }, extra });

const REFUSED: [string, JobType, () => unknown, string][] = [
  ['a number for a text', TEXT, () => 5, '/result must be a string'],
  ['nothing', TEXT, () => undefined, '/result must be a string'],
  ['a BigInt', TEXT, () => 5n, '/result must be a string'],
  ['a text that its rule refuses', TEXT, () => '', '/result must be a text of 1 to 1000 characters'],
  ['a text over the limit', TEXT, () => 'é'.repeat(50), 'it is more than 100 bytes, which is what its type takes'],
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
      const { records } = await start(type, make, elsewhere);
      const id = await send(type.type);
      const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
      const why = whyOf(letter ?? {});
      expect(why).toMatchObject({ reason: 'refused', attempts: 0, jobId: id });
      expect(why.error).toContain('The result ');
      expect(why.error).toContain('correct the work');
      expect(why.error).toContain(says);
      expect(await records.get(id)).toMatchObject({ state: 'failed', reason: 'refused' });
      expect(runs).toBe(1);
    }
  },
);

it.each<[string, JobType, unknown]>([
  ['a text', TEXT, 'é'.repeat(49)],
  ['an object with what may be left out', BILL, { sum: { cents: 5 }, extra: { left: undefined, list: [null, 'x'] } }],
])('%s is recorded', async (_name, type, result) => {
  const { records } = await start(type, () => result);
  const id = await send(type.type);
  await eventually(async () => {
    expect(await records.get(id)).toMatchObject({ state: 'done' });
  });
});

it('an input over the limit of its type, sent by hand, is invalid; one at the limit is not', async () => {
  const { records } = await start(TEXT, () => 'x');
  await send('text', 'é'.repeat(50));
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({
    reason: 'invalid',
    error: expect.stringContaining('/input is 102 bytes of JSON; its type takes up to 100'),
  });
  const id = await send('text', 'é'.repeat(49));
  await eventually(async () => {
    expect(await records.get(id)).toMatchObject({ state: 'done' });
  });
});
