import { type Message, type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { DEFAULT_TYPE } from '../../contract/job';
import { fieldsOf } from '../../contract/json';
import { bodyOf, idInBody, jobIdOf } from '../../service/delivered-id';
import { DEAD_LETTER_ATTRIBUTE, type DeadLetter } from '../../transport/index';

/** A dead letter as it lies in its queue. */
export interface Letter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Those of the message, without the why. */
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly group: string | undefined;
  readonly traceHeader: string | undefined;
  readonly jobId: string;
  /** The body names the job: nothing else has to. */
  readonly namesJob: boolean;
  readonly type: string;
  /** None on what SQS moved by itself, and where there was no room for it. */
  readonly why: Partial<DeadLetter>;
  readonly receives: number;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
}

export function readLetter(message: Message): Letter {
  const { [DEAD_LETTER_ATTRIBUTE]: why, ...attributes } = message.MessageAttributes ?? {};
  const { MessageId: messageId = '', Body: body = '', Attributes: system = {} } = message;
  const inBody = idInBody(bodyOf({ body }));
  return {
    messageId,
    receiptHandle: message.ReceiptHandle ?? '',
    body,
    attributes,
    group: system.MessageGroupId,
    traceHeader: system.AWSTraceHeader,
    jobId: jobIdOf(inBody, { messageId, attributes: message.MessageAttributes ?? {} }),
    namesJob: inBody !== undefined,
    type: attributes['type']?.StringValue ?? DEFAULT_TYPE,
    why: readWhy(why?.StringValue),
    receives: Number(system.ApproximateReceiveCount ?? 0),
    sentAt: Number(system.SentTimestamp ?? 0),
  };
}

/** Anybody may have written the attribute, so only known members are taken. */
function readWhy(text: string | undefined): Partial<DeadLetter> {
  const given = fieldsOf(bodyOf({ body: text ?? '{}' }));
  const texts = ['reason', 'error', 'firstAt', 'lastAt', 'jobId', 'group', 'sourceMessageId'].flatMap((name) =>
    typeof given[name] === 'string' ? [[name, given[name]] as const] : [],
  );
  const numbers = ['attempts', 'retries'].flatMap((name) =>
    typeof given[name] === 'number' ? [[name, given[name]] as const] : [],
  );
  return Object.fromEntries<unknown>([...texts, ...numbers]);
}

/** SQS takes ten. */
const MAX_ATTRIBUTES = 10;

/**
 * In the place of the why, on a message that is sent again: how often, the id of a job whose body does not say it,
 * since the message has another MessageId, and the trace in which it failed. A message without a why may have no room
 * for more than the id; the trace gives way where there is no room.
 */
export function stamp(
  { jobId, namesJob, why, attributes }: Pick<Letter, 'jobId' | 'namesJob' | 'why' | 'attributes'>,
  traceparent?: string,
): Readonly<Record<string, MessageAttributeValue>> {
  const hasWhy = Object.keys(why).length > 0;
  const hasRoom = traceparent !== undefined && Object.keys(attributes).length < MAX_ATTRIBUTES;
  const told = {
    ...(hasWhy && { retries: (why.retries ?? 0) + 1 }),
    ...(!namesJob && { jobId }),
    ...(hasRoom && { traceparent }),
  };
  if (Object.keys(told).length === 0) return {};
  return { [DEAD_LETTER_ATTRIBUTE]: { DataType: 'String', StringValue: JSON.stringify(told) } };
}
