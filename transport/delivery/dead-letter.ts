import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { PAYLOAD_LIMIT_BYTES } from '../sqs/batcher';
import { type Delivery, orderedGroup } from './delivery';
import { messageBytes, type OutgoingMessage } from '../sqs/sender';

/** Why a message is in the dead-letter queue. */
export interface DeadLetter {
  /** A stable word: `malformed`, `invalid`, `unknown-type`, `unsupported-version`, `attempts`, `unsettled`, or a handler's own. */
  readonly reason: string;
  readonly error: string;
  /** Failed runs. */
  readonly attempts: number;
  /** First and last receive, ISO 8601. */
  readonly firstAt: string;
  readonly lastAt: string;
  readonly jobId?: string;
  readonly sourceMessageId: string;
}

/** The one attribute that carries the why, as JSON: SQS allows ten, and the message keeps its own. */
export const DEAD_LETTER_ATTRIBUTE = 'dead-letter';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const ATTRIBUTE_LIMIT = 10;

export function describeDeadLetter(
  delivery: Delivery,
  why: Pick<DeadLetter, 'reason' | 'error' | 'attempts'>,
  jobId: string | undefined,
): DeadLetter {
  return {
    reason: why.reason,
    error: why.error,
    attempts: why.attempts,
    firstAt: new Date(delivery.firstReceivedAt).toISOString(),
    lastAt: new Date(delivery.receivedAt).toISOString(),
    ...(jobId !== undefined && { jobId }),
    sourceMessageId: delivery.messageId,
  };
}

/** The dead letter as a message: body and attributes as they came, and the why. Undefined where SQS has no room for it. */
export function toDeadLetterMessage(delivery: Delivery, deadLetter: DeadLetter): OutgoingMessage | undefined {
  const why: MessageAttributeValue = { DataType: 'String', StringValue: attributeText(deadLetter) };
  const attributes = { ...delivery.attributes, [DEAD_LETTER_ATTRIBUTE]: why };
  const { body, groupId, messageId } = delivery;
  // By the job's id, a second dead letter of it within five minutes would be accepted and never delivered.
  const deduplicationId = orderedGroup(delivery) === undefined ? undefined : messageId;
  const message = { body, attributes, groupId, deduplicationId };
  const fits = Object.keys(attributes).length <= ATTRIBUTE_LIMIT && messageBytes(message) <= PAYLOAD_LIMIT_BYTES;
  return fits ? message : undefined;
}

/** SQS refuses most control characters, lone surrogates and U+FFFE/U+FFFF, so JSON with everything beyond ASCII escaped. */
function attributeText(deadLetter: DeadLetter): string {
  return JSON.stringify(deadLetter).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
