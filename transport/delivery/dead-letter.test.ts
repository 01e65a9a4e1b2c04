import { type Message } from '@aws-sdk/client-sqs';
import { asItCame, describeDeadLetter, withWhy } from './dead-letter';
import { toDelivery, type Delivery } from './delivery';
import { messageBytes, PAYLOAD_LIMIT_BYTES } from './outgoing-message';

const delivery = (message: Message): Delivery => toDelivery({ MessageId: 'm', ...message }, 1_000);
const carried = { reason: 'invalid', error: 'no\u0000good \ud800 ünïcode', attempts: 3 };
const why = { ...carried, publicError: 'for callers' };
const attributes = (count: number): Record<string, { DataType: string; StringValue: string }> =>
  Object.fromEntries(Array.from({ length: count }, (_, key) => [`a${key}`, { DataType: 'String', StringValue: 'x' }]));

it('keeps body and attributes, and adds the why in characters that SQS takes', () => {
  const source = delivery({ Body: 'body', MessageAttributes: attributes(9) });
  const message = withWhy(source, describeDeadLetter(source, why, 'job'));
  expect(message).toMatchObject({ body: 'body', attributes: attributes(9) });
  const text = message?.attributes['dead-letter']?.StringValue ?? '';
  expect(text).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(text)).toEqual({
    ...carried,
    jobId: 'job',
    sourceMessageId: 'm',
    firstAt: '1970-01-01T00:00:01.000Z',
    lastAt: '1970-01-01T00:00:01.000Z',
  });
});

it.each([
  ['a tenth attribute', { MessageAttributes: attributes(10) }],
  ['a body of a mebibyte', { Body: 'x'.repeat(1_048_576) }],
])('has no room beside %s', (_case, message) => {
  const source = delivery(message);
  expect(withWhy(source, describeDeadLetter(source, why, undefined))).toBeUndefined();
});

it('carries the why up to the last byte that SQS takes', () => {
  const withBody = (bytes: number): ReturnType<typeof withWhy> => {
    const source = delivery({ Body: 'x'.repeat(bytes) });
    return withWhy(source, describeDeadLetter(source, why, undefined));
  };
  const alone = withBody(0);
  const left = PAYLOAD_LIMIT_BYTES - (alone ? messageBytes(alone) : 0);
  expect(withBody(left)).toBeDefined();
  expect(withBody(left + 1)).toBeUndefined();
});

it('replaces the why of an earlier death, so that ten attributes stay ten', () => {
  const earlier = { ...attributes(9), 'dead-letter': { DataType: 'String', StringValue: '{}' } };
  const source = delivery({ MessageAttributes: earlier });
  expect(withWhy(source, describeDeadLetter(source, why, undefined))).toBeDefined();
});

it.each([
  ['{"retries":2}', 2],
  ['{"retries":1,"jobId":"job"}', 1],
  ['{"retries":0}', undefined],
  ['{"retries":"2"}', undefined],
  ['{"retries":1e9}', undefined],
  ['no JSON', undefined],
])('of a message that was sent again with %s it says %p retries', (StringValue, retries) => {
  const MessageAttributes = { 'dead-letter': { DataType: 'String', StringValue } };
  const letter = describeDeadLetter(delivery({ MessageAttributes }), why, undefined);
  expect(letter.retries).toBe(retries);
});

it('carries the group of a FIFO message in the why, and is a group of its own', () => {
  const source = delivery({ Body: 'body', Attributes: { MessageGroupId: 'g', SequenceNumber: '1' } });
  const message = withWhy(source, describeDeadLetter(source, why, undefined));
  expect(message).toMatchObject({ groupId: 'm', deduplicationId: 'm' });
  expect(JSON.parse(message?.attributes['dead-letter']?.StringValue ?? '')).toMatchObject({ group: 'g' });
});

it('keeps the group of a standard message, and the trace header of any', () => {
  const Attributes = { MessageGroupId: 'g', AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793' };
  expect(asItCame(delivery({ Attributes }))).toMatchObject({ groupId: 'g', traceHeader: Attributes.AWSTraceHeader });
  expect(asItCame(delivery({ Attributes }))).not.toHaveProperty('deduplicationId');
});
