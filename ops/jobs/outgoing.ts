import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { BATCH } from './look';
import { sentenceOf, type Workplace } from './workplace';

/** SQS takes up to 1 MiB in a call. */
export const CALL_LIMIT_BYTES = 1_048_576;

export interface Outgoing {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly group?: string | undefined;
  /** Of FIFO queues only. */
  readonly deduplicationId?: string | undefined;
  readonly delaySeconds?: number | undefined;
  readonly traceHeader?: string | undefined;
}

/** What SQS said of a message: the MessageId that it has in its queue, or why it was not taken. */
export type Sent = { readonly messageId: string } | { readonly refused: string };

/**
 * Resolves to SQS's word on each message, in order. After a call that fails no further call is made; it rejects only if
 * SQS has accepted none of the messages by then.
 */
export async function sendAll(
  { sqs, queue }: Pick<Workplace, 'sqs' | 'queue'>,
  messages: readonly Outgoing[],
): Promise<Sent[]> {
  const answers = new Map<number, Sent>();
  let otherwise = 'SQS said nothing of it';
  try {
    for (const Entries of calls(messages)) {
      const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      for (const { Id, MessageId: messageId = '' } of answer.Successful ?? []) answers.set(Number(Id), { messageId });
      for (const { Id, Code, Message } of answer.Failed ?? [])
        answers.set(Number(Id), { refused: `${Code ?? 'Failed'}: ${Message ?? 'no reason given'}` });
    }
  } catch (error) {
    if (![...answers.values()].some((answer) => 'messageId' in answer)) throw error;
    otherwise = sentenceOf(error);
  }
  return messages.map((_, position) => answers.get(position) ?? { refused: otherwise });
}

/** The entries of each call; their ids are the messages' positions. */
function calls(messages: readonly Outgoing[]): SendMessageBatchRequestEntry[][] {
  const all: SendMessageBatchRequestEntry[][] = [];
  let room = 0;
  for (const [position, message] of messages.entries()) {
    const bytes = bytesOf(message);
    if (bytes > room || all.at(-1)?.length === BATCH) {
      all.push([]);
      room = CALL_LIMIT_BYTES;
    }
    all.at(-1)?.push(toEntry(message, position));
    room -= bytes;
  }
  return all;
}

/** As SQS counts: body, and name, type and value of each attribute. */
export const bytesOf = ({ body, attributes }: Pick<Outgoing, 'body' | 'attributes'>): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { DataType = '', StringValue = '', BinaryValue }]) =>
      sum + Buffer.byteLength(`${name}${DataType}${StringValue}`) + (BinaryValue?.byteLength ?? 0),
    Buffer.byteLength(body),
  );

function toEntry(message: Outgoing, position: number): SendMessageBatchRequestEntry {
  const { body, attributes, group, deduplicationId, delaySeconds, traceHeader } = message;
  return {
    Id: String(position),
    MessageBody: body,
    MessageAttributes: attributes,
    MessageGroupId: group,
    MessageDeduplicationId: deduplicationId,
    DelaySeconds: delaySeconds,
    ...(traceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } },
    }),
  };
}
