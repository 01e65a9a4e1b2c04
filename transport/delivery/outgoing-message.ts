import { type MessageAttributeValue, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';

/** SQS takes up to 1 MiB in a batch call, and in a message. */
export const PAYLOAD_LIMIT_BYTES = 1_048_576;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export const ATTRIBUTE_LIMIT = 10;

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delaySeconds?: number | undefined;
  /** X-Ray's header, which SQS carries beside the attributes. */
  readonly traceHeader?: string | undefined;
}

const text = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: value });

/** The attributes that every message carries; `toDelivery` reads them. */
export const envelope = (type: string, version: number): Record<string, MessageAttributeValue> => ({
  type: text(type),
  version: text(String(version)),
});

export function toEntry(message: OutgoingMessage, position: number): SendMessageBatchRequestEntry {
  const { body, attributes, groupId, deduplicationId, delaySeconds, traceHeader } = message;
  return {
    Id: String(position),
    MessageBody: body,
    MessageAttributes: attributes,
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
    ...(traceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } },
    }),
  };
}

/** As SQS counts: body, and name, type and value of each attribute. */
export function messageBytes({ body, attributes }: Pick<OutgoingMessage, 'body' | 'attributes'>): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of Object.entries(attributes)) {
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      (BinaryValue?.byteLength ?? 0);
  }
  return bytes;
}
