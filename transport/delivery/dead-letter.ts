import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { ATTRIBUTE_LIMIT, messageBytes, type OutgoingMessage, PAYLOAD_LIMIT_BYTES } from './outgoing-message';
import { type Delivery } from './delivery';
import { type RunFailure } from './outcome';

/** Why a message is in the dead-letter queue. */
export interface DeadLetter {
  /**
   * A stable word: `malformed`, `invalid`, `unknown-type`, `unsupported-version`, `conflict`, `attempts`,
   * `unsettled`, `receives`, or a handler's own.
   */
  readonly reason: string;
  readonly error: string;
  /** What others may see of the error. For the attempts port; the message does not carry it. */
  readonly publicError?: string;
  /** Failed runs. */
  readonly attempts: number;
  /** First and last receive, ISO 8601. */
  readonly firstAt: string;
  readonly lastAt: string;
  readonly jobId?: string;
  /** The message's group on its FIFO queue. In the dead-letter queue each message is a group of its own. */
  readonly group?: string;
  readonly sourceMessageId: string;
  /** How often the job was retried before, as the attribute `dead-letter` of the received message says. */
  readonly retries?: number;
}

/** Why a delivery is to be dead-lettered. */
export type Why = RunFailure & Pick<DeadLetter, 'reason' | 'attempts'>;

/** The one attribute that carries the why, as JSON: SQS allows ten, and the message keeps its own. */
export const DEAD_LETTER_ATTRIBUTE = 'dead-letter';

export function describeDeadLetter(delivery: Delivery, why: Why, jobId: string | undefined): DeadLetter {
  return {
    reason: why.reason,
    error: why.error,
    publicError: why.publicError,
    attempts: why.attempts,
    firstAt: new Date(delivery.firstReceivedAt).toISOString(),
    lastAt: new Date(delivery.receivedAt).toISOString(),
    ...(jobId !== undefined && { jobId }),
    ...(delivery.orderedGroup !== undefined && { group: delivery.orderedGroup }),
    sourceMessageId: delivery.messageId,
    ...retriesOf(delivery),
  };
}

/** Anybody may have written the attribute, so anything but a sensible number is ignored. */
function retriesOf({ attributes }: Delivery): Pick<DeadLetter, 'retries'> {
  const [, retries] = /"retries":([1-9]\d{0,5})[,}]/.exec(attributes[DEAD_LETTER_ATTRIBUTE]?.StringValue ?? '') ?? [];
  return retries === undefined ? {} : { retries: Number(retries) };
}

/**
 * The dead letter as a message: body and attributes as received, and the why. Undefined if that is too large for SQS.
 */
export function withWhy(delivery: Delivery, deadLetter: DeadLetter): OutgoingMessage | undefined {
  const why: MessageAttributeValue = { DataType: 'String', StringValue: attributeText(deadLetter) };
  const attributes = { ...delivery.attributes, [DEAD_LETTER_ATTRIBUTE]: why };
  const message = { ...asItCame(delivery), attributes };
  const fits = Object.keys(attributes).length <= ATTRIBUTE_LIMIT && messageBytes(message) <= PAYLOAD_LIMIT_BYTES;
  return fits ? message : undefined;
}

/**
 * The message without the why, which always fits. On a FIFO queue each dead letter is a group of its own, since a queue
 * hides what is behind the first ten of a group. The deduplication id is not the job's: a second dead letter within
 * five minutes would be accepted and never delivered.
 */
export function asItCame({
  body,
  attributes,
  messageId,
  groupId,
  orderedGroup,
  traceHeader,
}: Delivery): OutgoingMessage {
  const place = orderedGroup === undefined ? { groupId } : { groupId: messageId, deduplicationId: messageId };
  return { body, attributes, traceHeader, ...place };
}

/**
 * JSON with everything beyond ASCII escaped, since SQS refuses most control characters, lone surrogates and
 * U+FFFE/U+FFFF.
 */
function attributeText(deadLetter: DeadLetter): string {
  return JSON.stringify({ ...deadLetter, publicError: undefined }).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
