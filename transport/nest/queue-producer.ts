import { type SQSClient } from '@aws-sdk/client-sqs';
import { type ClientProxy } from '@nestjs/microservices';
import { type SenderMetrics } from '../metrics/sender-metrics';
import { createWorkClient, type ClientOptions } from '../sqs/clients';
import { queueFault, QueueUnavailable } from '../sqs/errors';
import { readQueueFacts } from '../sqs/queue-facts';
import { Sender } from '../sqs/sender';
import { QueueSpans } from '../traces/queue-spans';
import { SqsClient } from './client-proxy';
import { type SendOptions, toOutgoing } from './queue-message';

/** The body of each type of message. */
export type MessageTypes = Readonly<Record<string, unknown>>;

const CHECK_MS = 1_000;
const RETRY_AFTER_SECONDS = 5;

/** Sends to one queue; messages that are sent together share calls. */
export class QueueProducer<Types extends object = MessageTypes> {
  /** Nest's client: `emit` completes when SQS has accepted the message. It is hot, so await it. */
  readonly client: ClientProxy;
  private readonly sqs: SQSClient;
  private readonly sender: Sender;
  private readonly spans: QueueSpans;
  /** Undefined until the queue has answered, since its URL need not tell. */
  private fifo: boolean | undefined;
  private asking: Promise<boolean> | undefined;

  constructor(
    private readonly options: ClientOptions,
    metrics?: SenderMetrics,
  ) {
    this.sqs = createWorkClient(options);
    this.sender = new Sender(this.sqs, options.queueUrl, metrics);
    this.spans = new QueueSpans(options.queueUrl);
    this.client = new SqsClient(this);
  }

  /**
   * Resolves when SQS has accepted the message. Rejects with `QueueUnavailable` when it did not or its answer is
   * unknown, so that the caller sends again, and with `MessageRefused` when it never will.
   */
  async send<Type extends keyof Types & string>(
    type: Type,
    body: Types[Type],
    options: SendOptions = {},
  ): Promise<{ readonly messageId: string }> {
    const fifo = this.fifo ?? (await this.isFifo());
    const message = toOutgoing(type, { body, options }, fifo);
    return this.spans.create(message, (traced) => this.sender.send(traced));
  }

  /** Rejects with `QueueUnavailable` unless the queue answers within a second. */
  async check(): Promise<void> {
    await this.ask(AbortSignal.timeout(CHECK_MS));
  }

  /** As the queue itself says. Rejects with `QueueUnavailable` if it does not answer; the next call asks again. */
  async isFifo(): Promise<boolean> {
    if (this.fifo !== undefined) return this.fifo;
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  /** Refuses new messages; resolves when every accepted one has its answer. */
  async close(): Promise<void> {
    // Messages that wait for it are sent before the sender closes.
    await this.asking?.catch(() => undefined);
    await this.sender.close();
    this.sqs.destroy();
  }

  private async ask(signal?: AbortSignal): Promise<boolean> {
    try {
      const { fifo } = await readQueueFacts(this.sqs, this.options.queueUrl, signal);
      return (this.fifo = fifo);
    } catch (cause) {
      throw new QueueUnavailable(queueFault(cause), RETRY_AFTER_SECONDS, { cause });
    }
  }
}
