import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** What an invocation came to; an error leaves the whole event in the queue. */
export type Answer = { readonly payload: unknown } | { readonly error: string };

export type Invoke = (event: unknown) => Promise<Answer>;

/** One round of the event source: what it handed over, and what it was told to keep. */
export interface Round {
  readonly messages: readonly Message[];
  readonly answer: Answer;
  /** Bodies of what was deleted, and of what was not. */
  readonly deleted: readonly string[];
  readonly kept: readonly string[];
}

/**
 * Stands in for Lambda's SQS event source mapping with ReportBatchItemFailures, as AWS documents it: receives a batch,
 * invokes, deletes what was not reported failed; an error or a report it does not understand keeps the whole batch.
 */
export class EventSource {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
    private readonly invoke: Invoke,
  ) {}

  /** Undefined when nothing was there. */
  async round(batchSize = 10): Promise<Round | undefined> {
    const { Messages: messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.queueUrl,
        MaxNumberOfMessages: batchSize,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (messages.length === 0) return undefined;
    const answer = await this.invoke({ Records: messages.map(toRecord) });
    const kept = keptBy(answer, messages);
    const done = messages.filter((message) => !kept.includes(message));
    await this.delete(done);
    return { messages, answer, deleted: bodies(done), kept: bodies(kept) };
  }

  private async delete(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, position) => ({ Id: String(position), ReceiptHandle }));
    await this.client.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries }));
  }
}

const bodies = (messages: readonly Message[]): string[] => messages.map(({ Body = '' }) => Body);

function keptBy(answer: Answer, messages: readonly Message[]): readonly Message[] {
  if ('error' in answer) return messages;
  const { batchItemFailures } = answer.payload as { batchItemFailures?: { itemIdentifier?: string }[] };
  if (!batchItemFailures) return [];
  const ids = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const known = ids.every((id) => messages.some(({ MessageId }) => MessageId === id));
  return known ? messages.filter(({ MessageId }) => ids.includes(MessageId)) : messages;
}

/** As SQS messages look in an event: names in lower camel case, binary values in base64. */
export function toRecord({ MessageId, ReceiptHandle, Body, Attributes, MessageAttributes = {} }: Message): unknown {
  const attributes = Object.entries(MessageAttributes).map(([name, value]) => [name, toAttribute(value)]);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: Object.fromEntries(attributes) as unknown,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:jobs',
    awsRegion: 'us-east-1',
  };
}

function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): unknown {
  return {
    dataType: DataType,
    stringListValues: [],
    binaryListValues: [],
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  };
}
