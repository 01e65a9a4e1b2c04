import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { type JobRecord } from '../../results/records';
import { type Letter, stamp } from './letter';
import { type Workplace } from './workplace';

/** SQS takes up to 1 MiB in a call. */
const CALL_LIMIT_BYTES = 1_048_576;

/** A dead letter and the record that was read before it is sent again. */
export interface Case {
  readonly letter: Letter;
  readonly record: JobRecord | undefined;
}

/** What SQS said of a letter: the MessageId that it has in its queue now, or why it was not taken. */
export type Sent = { readonly messageId: string } | { readonly refused: string };

/** Sends the letters to their source queue, as they came there first; resolves to SQS's word on each, in order. */
export async function sendAgain(place: Pick<Workplace, 'sqs' | 'queue'>, cases: readonly Case[]): Promise<Sent[]> {
  const answers: Sent[] = cases.map(() => ({ refused: 'SQS said nothing of it' }));
  for (const part of parts(cases)) {
    const Entries = part.map((position) => toEntry(cases[position] as Case, { position, fifo: place.queue.fifo }));
    const answer = await place.sqs.send(new SendMessageBatchCommand({ QueueUrl: place.queue.url, Entries }));
    for (const { Id, MessageId: messageId = '' } of answer.Successful ?? []) answers[Number(Id)] = { messageId };
    for (const { Id, Code, Message } of answer.Failed ?? [])
      answers[Number(Id)] = { refused: `${Code ?? 'Failed'}: ${Message ?? 'no reason given'}` };
  }
  return answers;
}

/** Positions of letters that fit into one call together. */
function parts(cases: readonly Case[]): number[][] {
  const all: number[][] = [];
  let room = 0;
  for (const [position, { letter }] of cases.entries()) {
    const bytes = bytesOf(letter);
    if (bytes > room) {
      all.push([]);
      room = CALL_LIMIT_BYTES;
    }
    all.at(-1)?.push(position);
    room -= bytes;
  }
  return all;
}

/** At least as SQS counts. */
function bytesOf(letter: Letter): number {
  const attributes = Object.entries({ ...letter.attributes, ...stamp(letter) });
  const sizes = attributes.map(
    ([name, { DataType = '', StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(`${name}${DataType}${StringValue}`) + (BinaryValue?.byteLength ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(letter.body));
}

function toEntry(
  { letter, record }: Case,
  { position, fifo }: { readonly position: number; readonly fifo: boolean },
): SendMessageBatchRequestEntry {
  const { body, attributes, traceHeader, messageId } = letter;
  const group = fifo ? orderedGroup(letter, record) : letter.group;
  return {
    Id: String(position),
    MessageBody: body,
    MessageAttributes: { ...attributes, ...stamp(letter) },
    ...(group !== undefined && { MessageGroupId: group }),
    ...(fifo && { MessageDeduplicationId: messageId }),
    ...(traceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } },
    }),
  };
}

/**
 * In a FIFO dead-letter queue a letter's group is its source's MessageId, and the why has its own. What SQS moved by itself
 * is in its own group still. A letter that had no room for the why has lost it, unless the record of a claim knows it.
 */
function orderedGroup({ why, group, jobId }: Letter, record: JobRecord | undefined): string {
  if (why.group !== undefined) return why.group;
  const isOfMove = group === undefined || group === record?.movedMessage;
  return isOfMove ? (record?.group ?? jobId) : group;
}
