import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Letter, readLetter } from './letter';
import { depthOf } from './workplace';

/**
 * Hides a letter from every other receive while a command looks or acts. Eight receives at once see 10,000 letters
 * within it, so that none comes twice. After a kill the letters that were received are hidden for this long and then
 * back.
 */
export const HIDDEN_SECONDS = 30;

const RECEIVES_AT_ONCE = 8;
/** SQS takes and hands out this many in a call. */
export const BATCH = 10;
/** Long, so that SQS asks all of its servers: an empty answer then means that nothing is visible. */
const WAIT_SECONDS = 1;

export interface LookOptions {
  /** Aborted by Ctrl-C: what is under way is finished, and nothing is begun. */
  readonly signal?: AbortSignal | undefined;
  /** Receives at once; eight unless given. */
  readonly width?: number | undefined;
}

/**
 * One look through a dead-letter queue, which hands each letter out once. SQS has no other way to see a message than to
 * receive it: that costs a request for ten letters, adds one to each one's receive count and hides it until it is given
 * back.
 */
export class Look {
  private readonly handles = new Map<string, string>();
  private readonly deleted = new Set<string>();
  /** Letters that came again, since the last one that had not been seen. */
  private repeats = 0;

  constructor(
    private readonly sqs: SQSClient,
    private readonly url: string,
  ) {}

  /**
   * Resolves when no more letter is to be had; all that were not deleted are visible again then. It resolves to how
   * many were hidden when it began, approximately: these may not have been seen.
   */
  async through(visit: (letters: readonly Letter[]) => Promise<void>, options: LookOptions = {}): Promise<number> {
    const { width = RECEIVES_AT_ONCE } = options;
    const { inFlight: hidden } = await depthOf(this.sqs, { url: this.url });
    const failed = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
    const lines = Array.from({ length: width }, () =>
      this.line(visit, signal).catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    );
    const ends = await Promise.allSettled(lines);
    await this.giveBack();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return hidden;
  }

  /** Resolves to the letters that SQS did not delete: they come again. */
  async delete(letters: readonly Letter[]): Promise<readonly Letter[]> {
    if (letters.length === 0) return [];
    const Entries = letters.map(({ receiptHandle }, position) => ({
      Id: String(position),
      ReceiptHandle: receiptHandle,
    }));
    const { Successful = [] } = await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.url, Entries }));
    const gone = new Set(Successful.map(({ Id }) => letters[Number(Id)]?.messageId));
    for (const { messageId } of letters.filter(({ messageId }) => gone.has(messageId))) {
      this.handles.delete(messageId);
      this.deleted.add(messageId);
    }
    return letters.filter(({ messageId }) => !gone.has(messageId));
  }

  /**
   * Letters that it has seen come again when their time is over, and are hidden again. Once round all of them is
   * enough.
   */
  private async line(visit: (letters: readonly Letter[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.repeats <= this.handles.size) {
      const messages = await this.receive();
      if (messages.length === 0) return;
      const letters = messages.map(readLetter);
      const fresh = letters.filter(({ messageId }) => !this.handles.has(messageId) && !this.deleted.has(messageId));
      // The last receipt handle of a message is the one that counts.
      for (const { messageId, receiptHandle } of letters) this.handles.set(messageId, receiptHandle);
      this.repeats = fresh.length === 0 ? this.repeats + messages.length : 0;
      if (fresh.length > 0) await visit(fresh);
    }
  }

  private async receive(): Promise<Message[]> {
    const { Messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: HIDDEN_SECONDS,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  /** Gives letters back. Those that cannot be given back become visible when their time is over. */
  private async giveBack(): Promise<void> {
    const handles = [...this.handles.values()];
    const parts = Array.from({ length: Math.ceil(handles.length / BATCH) }, (_, part) =>
      handles.slice(part * BATCH, (part + 1) * BATCH),
    );
    const line = async (): Promise<void> => {
      for (let part = parts.pop(); part !== undefined; part = parts.pop()) await this.show(part);
    };
    await Promise.all(Array.from({ length: RECEIVES_AT_ONCE }, line));
  }

  private async show(handles: readonly string[]): Promise<void> {
    const Entries = handles.map((ReceiptHandle, position) => ({
      Id: String(position),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries });
    await this.sqs.send(command).catch(() => undefined);
  }
}
