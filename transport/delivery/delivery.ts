import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { readTraceparent, type TraceIds, TRACEPARENT } from './traceparent';

/** One receipt of a message by this process. */
export interface Delivery {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** Message attribute `type`; without one the queue's default type counts. */
  readonly type: string | undefined;
  /** Message attribute `version` as sent; undefined without one. */
  readonly version: string | undefined;
  /**
   * SQS's ApproximateReceiveCount, this receive included; on a FIFO queue a repeat under the same lease counts as one.
   */
  receiveCount: number;
  readonly groupId: string | undefined;
  /** The group that keeps its order. Undefined on a standard queue, where a group only shares fairly. */
  readonly orderedGroup: string | undefined;
  /** X-Ray's header, as SQS passes it on. */
  readonly traceHeader: string | undefined;
  /** For the log: the span of the latest run, or the context that the message came with. */
  trace?: TraceIds | undefined;
  /** Milliseconds since the epoch, like the two after it. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receivedAt: number;
  /** The latest receipt handle. If the message comes again while it is in flight here, the new handle replaces it. */
  receiptHandle: string;
}

/** Empty for an attribute that holds bytes; no handler's type is empty. */
const textOf = (attribute: MessageAttributeValue | undefined): string | undefined =>
  attribute && (attribute.StringValue ?? '');

/** Builds a delivery from what ReceiveMessage answered, read with all attributes. */
export function toDelivery(message: Message, now: number): Delivery {
  const attributes = message.MessageAttributes ?? {};
  const system = message.Attributes ?? {};
  const { MessageGroupId: groupId } = system;
  // Only messages of FIFO queues are numbered. The queue's URL need not say that it is one.
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

/** The deliveries of the messages of one receive, or of one event. */
export function toDeliveries(messages: readonly Message[]): Delivery[] {
  const now = Date.now();
  return messages.map((message) => toDelivery(message, now));
}
