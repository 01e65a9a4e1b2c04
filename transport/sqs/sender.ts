import {
  SendMessageBatchCommand,
  type MessageAttributeValue,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { byPosition } from './batch-answer';
import { Batcher, PAYLOAD_LIMIT_BYTES } from './batcher';
import { MessageRefused, QueueUnavailable } from './errors';

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** Up to 900; a FIFO queue takes none. */
  readonly delaySeconds?: number | undefined;
}

/** Sends waiting at most; at 16 KiB each about 16 MiB. */
const MAX_WAITING = 1_000;
/** With at most 10 s for the call itself, every send has its answer within 12 s. */
const MAX_WAIT_MS = 2_000;
const MAX_CALLS = 8;
/** Less than a call takes, as a rule. */
const GATHER_MS = 5;
const RETRY_AFTER_SECONDS = 5;

/** Envelope attributes every message carries; see `toDelivery` for the other side. */
export const envelope = (type: string, version: number): Record<string, MessageAttributeValue> => ({
  type: { DataType: 'String', StringValue: type },
  version: { DataType: 'String', StringValue: String(version) },
});

/**
 * Sends to one queue; concurrent sends share SendMessageBatch calls. `send` resolves only when SQS accepted that
 * message. It rejects with `QueueUnavailable` when it did not or its answer is unknown, and with `MessageRefused`
 * when it never will.
 */
export class Sender {
  private closed = false;
  private readonly batcher: Batcher<OutgoingMessage, string>;

  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {
    this.batcher = new Batcher({
      call: (messages) => this.sendBatch(messages),
      sizeOf: messageBytes,
      lingerMs: 0,
      gatherMs: GATHER_MS,
      maxCalls: MAX_CALLS,
      maxWaiting: MAX_WAITING,
      maxWaitMs: MAX_WAIT_MS,
      full: () => unavailable('Too many messages wait for the queue already.'),
      late: () => unavailable('The queue does not keep up.'),
    });
  }

  async send(message: OutgoingMessage): Promise<{ readonly messageId: string }> {
    if (this.closed) throw unavailable('The sender is closed.');
    if (messageBytes(message) > PAYLOAD_LIMIT_BYTES) throw new MessageRefused('A message may hold at most 1 MiB.');
    return { messageId: await this.batcher.add(message) };
  }

  /** Refuses new sends and resolves when every accepted one has its answer. */
  async close(): Promise<void> {
    this.closed = true;
    await this.batcher.flush();
  }

  private async sendBatch(messages: readonly OutgoingMessage[]): Promise<(string | Error)[]> {
    const command = new SendMessageBatchCommand({ QueueUrl: this.queueUrl, Entries: messages.map(toEntry) });
    const answer = await this.client.send(command).catch((error: unknown) => {
      throw unavailable('The queue did not take the message.', error);
    });
    return byPosition(messages.length, answer, {
      accepted: ({ MessageId = '' }) => MessageId,
      refused: (text) => new MessageRefused(text),
      failed: (text) => unavailable(text),
    });
  }
}

function unavailable(message: string, cause?: unknown): QueueUnavailable {
  return new QueueUnavailable(message, RETRY_AFTER_SECONDS, { cause });
}

function toEntry(message: OutgoingMessage, position: number): SendMessageBatchRequestEntry {
  return {
    Id: String(position),
    MessageBody: message.body,
    MessageAttributes: message.attributes,
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.deduplicationId !== undefined && { MessageDeduplicationId: message.deduplicationId }),
    ...(message.delaySeconds !== undefined && { DelaySeconds: message.delaySeconds }),
  };
}

/** As SQS counts: body, and name, type and value of each attribute. */
export function messageBytes({ body, attributes }: Pick<OutgoingMessage, 'body' | 'attributes'>): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of Object.entries(attributes)) {
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      (BinaryValue?.byteLength ?? 0);
  }
  return bytes;
}
