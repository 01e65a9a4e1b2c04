import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { envelope, type OutgoingMessage } from '../sqs/outgoing';

export interface SendOptions {
  /** What a handler compares with its `{ version }`; 1. */
  readonly version?: number | undefined;
  /** Orders on a FIFO queue, shares fairly on any other. On a FIFO queue without one: the deduplication id, so no order. */
  readonly groupId?: string | undefined;
  /** A FIFO queue drops a second message with it within five minutes; unless given: one of its own. No other queue has it. */
  readonly deduplicationId?: string | undefined;
  /** Up to 900; a FIFO queue takes none. */
  readonly delaySeconds?: number | undefined;
  /** Beside `type` and `version`; SQS takes ten in all. */
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
}

/** What `emit` takes in place of a body to say more: `emit('order', new QueueMessage(order, { groupId }))`. */
export class QueueMessage<Body> {
  constructor(
    readonly body: Body,
    readonly options: SendOptions = {},
  ) {}
}

/** As it goes to the queue. */
export function toOutgoing(type: string, { body, options }: QueueMessage<unknown>, fifo: boolean): OutgoingMessage {
  const { version = 1, attributes, groupId, delaySeconds } = options;
  const deduplicationId = fifo ? (options.deduplicationId ?? randomUUID()) : undefined;
  return {
    body: JSON.stringify(body),
    attributes: attributes ? { ...attributes, ...envelope(type, version) } : envelope(type, version),
    groupId: groupId ?? deduplicationId,
    deduplicationId,
    delaySeconds,
  };
}
