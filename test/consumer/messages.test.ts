import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps, type ConsumerApp } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
let queues: TestQueues;
let consumer: ConsumerApp;

beforeAll(async () => {
  queues = await broker().createQueues();
  consumer = await startConsumerApp(queues);
});
afterAll(stopConsumerApps);

const text = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: value });
const job = (input: number, id: string = randomUUID()): string => JSON.stringify({ id, input });
const resultOf = async (id: string): Promise<unknown> => {
  const record = await eventually(async () => {
    const found = await consumer.records.get(id);
    return found?.state === 'done' ? found : false;
  });
  return record.result;
};

const S3_EVENT = JSON.stringify({ Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'a' } } }] });
const EVENTBRIDGE_EVENT = JSON.stringify({
  version: '0',
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: {},
});
const SNS_ENVELOPE = JSON.stringify({ Type: 'Notification', MessageId: 'x', TopicArn: 'y', Message: job(1) });
const NESTED = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const NESTED_INPUT = `{"id":"${randomUUID()}","input":${NESTED}}`;
const MANY_KEYS = JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, key) => [`key${key}`, 1])));

it.each<[string, string, string, Record<string, MessageAttributeValue>?]>([
  ['not JSON', 'hello', 'malformed'],
  ['half of JSON', '{', 'malformed'],
  ['null', 'null', 'invalid'],
  ['an array', '[]', 'invalid'],
  ['a string', '"5"', 'invalid'],
  ['a number', '5', 'invalid'],
  ['no input', '{}', 'invalid'],
  ['a string for input', '{"input":"5"}', 'invalid'],
  ['null for input', '{"input":null}', 'invalid'],
  ['an id that is none', '{"id":"1","input":1}', 'invalid'],
  ['an input out of range', '{"input":9007199254740993}', 'invalid'],
  ['an infinite input', '{"input":1e309}', 'invalid'],
  ['an unknown field', '{"input":1,"more":2}', 'invalid'],
  ['a field named as a member of every object', '{"input":1,"toString":2}', 'invalid'],
  ['a polluting field', '{"input":1,"__proto__":{"polluted":true}}', 'invalid'],
  ['an SNS envelope', SNS_ENVELOPE, 'invalid'],
  ['an S3 event', S3_EVENT, 'invalid'],
  ['nesting 100,000 deep', NESTED, 'malformed'],
  ['an input nested 100,000 deep', NESTED_INPUT, 'malformed'],
  ['50,000 keys', MANY_KEYS, 'invalid'],
  ['an unknown type', job(1), 'unknown-type', { type: text('add-two') }],
  ['a newer version', job(1), 'unsupported-version', { type: text('add-one'), version: text('2') }],
])(
  'dead-letters %s at its first delivery, body and attributes intact',
  async (...[, body, reason, attributes = {}]) => {
    const MessageAttributes = { ...attributes, note: text('kept') };
    const sourceMessageId = await broker().send(queues.queueUrl, body, { MessageAttributes });
    const [message] = await deadLetters(broker(), queues.deadLetterQueueUrl);
    expect(whyOf(message ?? {})).toMatchObject({ reason, sourceMessageId, attempts: 0 });
    expect(whyOf(message ?? {}).error.length).toBeLessThanOrEqual(1_000);
    expect(message?.Body).toBe(body);
    expect(message?.MessageAttributes).toMatchObject(MessageAttributes);
    await eventually(() => broker().isEmpty(queues.queueUrl));
    expect('polluted' in {}).toBe(false);
  },
);

it.each<[string, string, string]>([
  [
    'a missing input',
    '{"id":"019a8f3e-5c1b-7d42-9e0a-3b6f1c2d4e5f"}',
    '/input is missing; it must be a number up to 1000000',
  ],
  ['a string for input', '{"input":"5"}', '/input must be a number up to 1000000'],
  ['an id that is none', '{"id":"1","input":1}', '/id must be a UUID, or absent'],
  ['an SNS envelope', SNS_ENVELOPE, 'an envelope of SNS, not a job: turn raw message delivery on for'],
  [
    'an SNS envelope around an event',
    JSON.stringify({ Type: 'Notification', TopicArn: 'y', Message: S3_EVENT }),
    'of SNS',
  ],
  [
    'an event of EventBridge',
    EVENTBRIDGE_EVENT,
    'an event of EventBridge, not a job: give the rule an input transformer',
  ],
  ['an S3 event', S3_EVENT, 'a notification of S3, not a job: let EventBridge take it'],
  ["S3's test event", '{"Service":"Amazon S3","Event":"s3:TestEvent"}', 'a notification of S3, not a job'],
])('says of %s what to do', async (_case, body, sentence) => {
  await broker().send(queues.queueUrl, body);
  const [message] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(message ?? {}).error).toContain(sentence);
});

it('lets the neighbours of a poisoned message through', async () => {
  const ids = Array.from({ length: 30 }, () => randomUUID());
  await Promise.all(
    ids.map((id, index) =>
      broker().send(queues.queueUrl, index % 3 === 0 ? '{' : JSON.stringify({ id, input: index })),
    ),
  );
  const results = await Promise.all(ids.map(async (id, index) => (index % 3 === 0 ? undefined : resultOf(id))));
  expect(results).toEqual(ids.map((_, index) => (index % 3 === 0 ? undefined : index + 1)));
  await deadLetters(broker(), queues.deadLetterQueueUrl, { count: 10 });
});

it('takes the MessageId for an id when a message sent by hand has none', async () => {
  const messageId = await broker().send(queues.queueUrl, '{"input":6}');
  expect(await resultOf(messageId)).toBe(7);
});

it.each<[string, Record<string, MessageAttributeValue>]>([
  ['an invalid traceparent', { traceparent: text('00-nonsense') }],
  ['a binary attribute', { blob: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255, 1]) } }],
  ['ten attributes', Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`a${key}`, text('x')]))],
])('runs a job with %s', async (_case, MessageAttributes) => {
  const id = randomUUID();
  await broker().send(queues.queueUrl, job(1, id), { MessageAttributes });
  expect(await resultOf(id)).toBe(2);
});

it('keeps a binary attribute on a dead letter', async () => {
  const blob = { DataType: 'Binary', BinaryValue: Buffer.from([0, 255, 1]) };
  await broker().send(queues.queueUrl, 'no', { MessageAttributes: { blob } });
  const [message] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(Buffer.from(message?.MessageAttributes?.['blob']?.BinaryValue ?? [])).toEqual(blob.BinaryValue);
});

it.each<[string, string, Record<string, MessageAttributeValue>]>([
  ['a tenth attribute', '{', Object.fromEntries(Array.from({ length: 10 }, (_, key) => [`a${key}`, text('x')]))],
  ['a full mebibyte', ' '.repeat(1_048_576), {}],
])(
  "leaves it to SQS's own redrive when %s leaves no room for the why, which the record keeps",
  async (_case, body, attributes) => {
    const id = await broker().send(queues.queueUrl, body, { MessageAttributes: attributes });
    const [message] = await deadLetters(broker(), queues.deadLetterQueueUrl, { withinMs: 25_000 });
    expect(message?.Body).toBe(body);
    expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual(Object.keys(attributes).sort());
    expect(await consumer.records.get(id)).toMatchObject({ state: 'failed', reason: 'malformed' });
  },
);

it('has one effect for the same job in two messages', async () => {
  const id = randomUUID();
  await Promise.all([1, 2, 3].map(() => broker().send(queues.queueUrl, job(10, id))));
  expect(await resultOf(id)).toBe(11);
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect((await broker().depth(queues.deadLetterQueueUrl)).visible).toBe(0);
});

it('dead-letters another payload under the id of a job that is done', async () => {
  const id = randomUUID();
  await broker().send(queues.queueUrl, job(10, id));
  await resultOf(id);
  await broker().send(queues.queueUrl, job(20, id));
  const [message] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(message ?? {})).toMatchObject({ reason: 'conflict', jobId: id });
  expect(await resultOf(id)).toBe(11);
});
