import {
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { createHash } from 'node:crypto';
import { type Queues } from '../../ops/provision';

export interface Outgoing {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** On a FIFO queue; one of its own by default. */
  readonly group?: string | undefined;
}

const BATCH = 10;

const digest = (body: string): string => createHash('sha256').update(body).digest('hex');
const SENDS_AT_ONCE = 8;

/** The two queues of a round, seen from outside. */
export class RoundQueues {
  constructor(
    private readonly client: SQSClient,
    readonly urls: Queues,
  ) {}

  /** Resolves to the MessageIds, in order. No send is tried twice: one whose answer is lost might count twice. */
  async send(messages: readonly Outgoing[]): Promise<string[]> {
    const ids: string[] = [];
    const starts = Array.from({ length: Math.ceil(messages.length / BATCH) }, (_, batch) => batch * BATCH);
    const sender = async (): Promise<void> => {
      for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
        const sent = await this.sendBatch(messages.slice(start, start + BATCH));
        for (const [position, id] of sent.entries()) ids[start + position] = id;
      }
    };
    await Promise.all(Array.from({ length: SENDS_AT_ONCE }, sender));
    return ids;
  }

  /** Messages left in the source queue, visible or not. */
  async depth(): Promise<number> {
    const { Attributes: facts = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.urls.queueUrl, AttributeNames: ['All'] }),
    );
    return [
      facts.ApproximateNumberOfMessages,
      facts.ApproximateNumberOfMessagesNotVisible,
      facts.ApproximateNumberOfMessagesDelayed,
    ].reduce((sum, count) => sum + Number(count ?? 0), 0);
  }

  /** Takes all dead letters out; an empty receive ends it. */
  async deadLetters(): Promise<Message[]> {
    const all: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.urls.deadLetterQueueUrl,
          MaxNumberOfMessages: BATCH,
          VisibilityTimeout: 600,
          WaitTimeSeconds: 0,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages);
      await this.deleteDeadLetters(Messages);
    }
  }

  async remove(): Promise<void> {
    const { queueUrl, deadLetterQueueUrl } = this.urls;
    for (const url of [queueUrl, deadLetterQueueUrl]) await this.client.send(new DeleteQueueCommand({ QueueUrl: url }));
  }

  /** A FIFO queue hands out nothing of a group whose messages are in flight. */
  private async deleteDeadLetters(messages: readonly Message[]): Promise<void> {
    const Entries = messages.map(({ ReceiptHandle }, position) => ({ Id: String(position), ReceiptHandle }));
    await this.client.send(new DeleteMessageBatchCommand({ QueueUrl: this.urls.deadLetterQueueUrl, Entries }));
  }

  private async sendBatch(messages: readonly Outgoing[]): Promise<string[]> {
    const isFifo = this.urls.queueUrl.endsWith('.fifo');
    const Entries = messages.map(({ body, attributes, group }, position) => ({
      Id: String(position),
      MessageBody: body,
      MessageAttributes: attributes,
      ...(isFifo && { MessageGroupId: group ?? digest(body), MessageDeduplicationId: digest(body) }),
    }));
    const { Successful = [] } = await this.client.send(
      new SendMessageBatchCommand({ QueueUrl: this.urls.queueUrl, Entries }),
    );
    if (Successful.length !== messages.length) throw new Error('The broker did not take every message.');
    const ids = new Map(Successful.map(({ Id, MessageId }) => [Number(Id), MessageId ?? '']));
    return messages.map((_, position) => ids.get(position) ?? '');
  }
}
