import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type SenderMetrics } from '../metrics/sender-metrics';
import { byPosition } from './batch-answer';
import { Batcher } from './batcher';
import { MessageRefused, QueueUnavailable } from './errors';
import { isIntact } from './md5';
import { messageBytes, type OutgoingMessage, PAYLOAD_LIMIT_BYTES, toEntry } from '../delivery/outgoing-message';

/** Limits the sends that wait; at 16 KiB each they hold about 16 MiB. */
const MAX_WAITING = 1_000;
/** Limits how long a send waits for its call. With up to 10 s for the call, every send has its answer within 12 s. */
const MAX_WAIT_MS = 2_000;
const MAX_CALLS = 8;
/** How long a send waits for others to share its call; usually less than a call takes. */
const GATHER_MS = 5;
const RETRY_AFTER_SECONDS = 5;

/**
 * Sends to one queue; concurrent sends share SendMessageBatch calls. `send` resolves only when SQS accepted that
 * message. It rejects with `QueueUnavailable` if SQS did not or its answer is unknown, and with `MessageRefused`
 * if it never will.
 */
export class Sender {
  private closed = false;
  private readonly batcher: Batcher<OutgoingMessage, string>;

  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
    private readonly metrics?: SenderMetrics,
  ) {
    this.batcher = new Batcher({
      call: (messages) => this.sendBatch(messages),
      lingerMs: 0,
      gatherMs: GATHER_MS,
      maxCalls: MAX_CALLS,
      limits: {
        maxWaiting: MAX_WAITING,
        maxWaitMs: MAX_WAIT_MS,
        full: () => unavailable('Too many messages wait for the queue already.'),
        late: () => unavailable('The queue does not keep up.'),
      },
    });
  }

  async send(message: OutgoingMessage): Promise<{ readonly messageId: string }> {
    if (this.closed) throw unavailable('The sender is closed.');
    try {
      const bytes = messageBytes(message);
      if (bytes > PAYLOAD_LIMIT_BYTES) throw new MessageRefused('A message may hold at most 1 MiB.');
      const messageId = await this.batcher.add(message, bytes);
      this.metrics?.accepted.add();
      return { messageId };
    } catch (error) {
      this.metrics?.[error instanceof MessageRefused ? 'refused' : 'failed'].add();
      throw error;
    }
  }

  /** Refuses new sends. Resolves when every accepted one has its answer. */
  async close(): Promise<void> {
    this.closed = true;
    await this.batcher.flush();
  }

  private async sendBatch(messages: readonly OutgoingMessage[]): Promise<(string | Error)[]> {
    this.metrics?.batchMessages.observe(messages.length);
    const command = new SendMessageBatchCommand({
      QueueUrl: this.queueUrl,
      Entries: messages.map(toEntry),
    });
    const answer = await this.client.send(command).catch((error: unknown) => {
      throw unavailable('The queue did not take the message.', error);
    });
    return byPosition(messages.length, answer, {
      accepted: ({ MessageId = '', MD5OfMessageBody }, position) =>
        isIntact(messages[position]?.body ?? '', MD5OfMessageBody)
          ? MessageId
          : unavailable('SQS took another body than was sent: its MD5 differs.'),
      refused: (text) => new MessageRefused(text),
      failed: (text) => unavailable(text),
    });
  }
}

function unavailable(message: string, cause?: unknown): QueueUnavailable {
  return new QueueUnavailable(message, RETRY_AFTER_SECONDS, { cause });
}
