import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { readTraceparent, type TraceIds, TRACEPARENT } from '../traces/traceparent';

/** One receipt of a message by this process. */
export interface Delivery {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Message attribute `type`; the strategy falls back to its default type without one. */
  readonly type: string | undefined;
  /** Message attribute `version` as sent; undefined without one. */
  readonly version: string | undefined;
  /** SQS's ApproximateReceiveCount, this receive included; on a FIFO queue a repeat under the same lease counts as one. */
  receiveCount: number;
  readonly groupId: string | undefined;
  /** The group whose order counts. Undefined on a standard queue, where a group shares fairly and orders nothing. */
  readonly orderedGroup: string | undefined;
  /** X-Ray's header as SQS passes it on. */
  readonly traceHeader: string | undefined;
  /** The span of its latest run, or the context that it came with; for the log. */
  trace?: TraceIds | undefined;
  /** Milliseconds since the epoch, like the two after it. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receivedAt: number;
  /** The latest receipt handle; a redelivery of a message still in flight here replaces it. */
  receiptHandle: string;
}

/** Empty, which no handler's type is, for an attribute that holds bytes. */
const textOf = (attribute: MessageAttributeValue | undefined): string | undefined =>
  attribute && (attribute.StringValue ?? '');

/** Builds a delivery from what ReceiveMessage answered, read with all attributes. */
export function toDelivery(message: Message, now: number): Delivery {
  const attributes = message.MessageAttributes ?? {};
  const system = message.Attributes ?? {};
  const { MessageGroupId: groupId } = system;
  // Messages of FIFO queues alone are numbered: a queue's URL need not tell.
  const isOrdered = (system.SequenceNumber ?? system.MessageDeduplicationId) !== undefined;
  return {
    messageId: message.MessageId ?? '',
    body: message.Body ?? '',
    attributes,
    type: textOf(attributes['type']),
    version: textOf(attributes['version']),
    receiveCount: Number(system.ApproximateReceiveCount ?? 1),
    groupId,
    orderedGroup: isOrdered ? groupId : undefined,
    traceHeader: system.AWSTraceHeader,
    trace: readTraceparent(attributes[TRACEPARENT]?.StringValue),
    sentAt: Number(system.SentTimestamp ?? now),
    firstReceivedAt: Number(system.ApproximateFirstReceiveTimestamp ?? now),
    receivedAt: now,
    receiptHandle: message.ReceiptHandle ?? '',
  };
}
