import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';

/** One receipt of a message by this process. */
export interface Delivery {
  readonly queueUrl: string;
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Message attribute `type`; the strategy falls back to its default pattern without one. */
  readonly type: string | undefined;
  /** Message attribute `version` as sent; undefined without one. */
  readonly version: string | undefined;
  /** SQS's ApproximateReceiveCount, this receive included; on a FIFO queue a repeat under the same lease counts as one. */
  receiveCount: number;
  readonly groupId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receivedAt: number;
  /** The latest receipt handle; a redelivery of a message still in flight here replaces it. */
  receiptHandle: string;
}

/** Builds a delivery from what ReceiveMessage answered, read with all attributes. */
export function toDelivery(message: Message, queueUrl: string, now: number): Delivery {
  const attributes = message.MessageAttributes ?? {};
  const system = message.Attributes ?? {};
  return {
    queueUrl,
    messageId: message.MessageId ?? '',
    body: message.Body ?? '',
    attributes,
    type: attributes['type']?.StringValue,
    version: attributes['version']?.StringValue,
    receiveCount: Number(system.ApproximateReceiveCount ?? 1),
    groupId: system.MessageGroupId,
    sentAt: Number(system.SentTimestamp ?? now),
    firstReceivedAt: Number(system.ApproximateFirstReceiveTimestamp ?? now),
    receivedAt: now,
    receiptHandle: message.ReceiptHandle ?? '',
  };
}

/** The group whose order counts; on a standard queue a group shares fairly and orders nothing. */
export const orderedGroup = ({ queueUrl, groupId }: Pick<Delivery, 'queueUrl' | 'groupId'>): string | undefined =>
  queueUrl.endsWith('.fifo') ? groupId : undefined;
