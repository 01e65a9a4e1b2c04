import { type Message, type MessageAttributeValue } from '@aws-sdk/client-sqs';

/** Not an event of an SQS event source; nothing of it was begun. */
export class EventMalformed extends Error {
  override readonly name = 'EventMalformed';
}

/**
 * The messages of an SQS event, as ReceiveMessage would have answered them. Throws `EventMalformed` unless every record
 * can be named in a report: one that cannot would be deleted unseen.
 */
export function toMessages(event: unknown): Message[] {
  const records = isObject(event) ? event['Records'] : undefined;
  if (!Array.isArray(records)) throw new EventMalformed('The event has no Records.');
  return records.map(toMessage);
}

function toMessage(record: unknown, position: number): Message {
  const { messageId, receiptHandle, body, attributes, messageAttributes } = isObject(record) ? record : {};
  if (typeof messageId !== 'string' || messageId === '' || typeof receiptHandle !== 'string') {
    throw new EventMalformed(`Record ${position} of the event is no message of SQS.`);
  }
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    Body: typeof body === 'string' ? body : '',
    Attributes: mapValues(attributes, (value) => (typeof value === 'string' ? value : undefined)),
    MessageAttributes: mapValues(messageAttributes, toAttribute),
  };
}

function toAttribute(value: unknown): MessageAttributeValue | undefined {
  if (!isObject(value)) return undefined;
  const { dataType, stringValue, binaryValue } = value;
  if (typeof dataType !== 'string') return undefined;
  return {
    DataType: dataType,
    ...(typeof stringValue === 'string' && { StringValue: stringValue }),
    ...(typeof binaryValue === 'string' && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
  };
}

/** Takes own names only, and `__proto__` as a name: an attribute may be called that. */
function mapValues<Value>(source: unknown, map: (value: unknown) => Value | undefined): Record<string, Value> {
  if (!isObject(source)) return {};
  const mapped: [string, Value][] = [];
  for (const [name, value] of Object.entries(source)) {
    const result = map(value);
    if (result !== undefined) mapped.push([name, result]);
  }
  return Object.fromEntries(mapped);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
