import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Answer, type Invoke } from '../../experiments/rig/lambda/emulator';
import { toRecord } from '../../experiments/rig/lambda/events';

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
