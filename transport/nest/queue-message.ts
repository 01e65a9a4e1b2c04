import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { MessageRefused } from '../sqs/errors';
import { envelope, type OutgoingMessage } from '../delivery/outgoing-message';

export interface SendOptions {
  /** What a handler compares with its `{ version }`. Default 1. */
  readonly version?: number | undefined;
  /**
   * Keeps order on a FIFO queue and shares fairly on any other. Default on a FIFO queue: the deduplication id, so no
   * order.
   */
  readonly groupId?: string | undefined;
  /** For FIFO queues, which drop a second message with the same id within five minutes. Default: a new id. */
  readonly deduplicationId?: string | undefined;
  /** An integer up to 900. On a FIFO queue only 0: SQS delays all messages of it or none. */
  readonly delaySeconds?: number | undefined;
  /** Beside `type` and `version`; SQS takes ten in all. */
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
}

/** A body with options, for `emit`: `emit('order', new QueueMessage(order, { groupId }))`. */
export class QueueMessage<Body> {
  constructor(
    readonly body: Body,
    readonly options: SendOptions = {},
  ) {}
}

/** SQS takes no more: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const MAX_DELAY_SECONDS = 900;

/** The message as it is sent. Throws `MessageRefused` for no body, and for a delay that SQS would refuse. */
export function toOutgoing(type: string, { body, options }: QueueMessage<unknown>, fifo: boolean): OutgoingMessage {
  const { version = 1, attributes, groupId, delaySeconds } = options;
  const deduplicationId = fifo ? (options.deduplicationId ?? randomUUID()) : undefined;
  return {
    body: bodyText(body),
    attributes: attributes ? { ...attributes, ...envelope(type, version) } : envelope(type, version),
    groupId: groupId ?? deduplicationId,
    deduplicationId,
    delaySeconds: delayOf(delaySeconds, fifo),
  };
}

/** Escapes two characters that JSON allows and SQS refuses. */
function bodyText(body: unknown): string {
  // TypeScript's library does not say so, but a function and undefined have no JSON.
  const text = JSON.stringify(body) as string | undefined;
  if (text === undefined) throw new MessageRefused(`A message needs a body; this one is ${typeof body}.`);
  return text.replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

function delayOf(seconds: number | undefined, fifo: boolean): number | undefined {
  if (seconds === undefined) return undefined;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_DELAY_SECONDS)
    throw new MessageRefused(`\`delaySeconds\` takes an integer from 0 to ${MAX_DELAY_SECONDS}.`);
  if (!fifo) return seconds;
  if (seconds > 0) throw new MessageRefused('A FIFO queue takes no delay of a single message, only one of the queue.');
  return undefined;
}
