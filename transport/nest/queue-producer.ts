import { type ClientProxy } from '@nestjs/microservices';
import { type Sender } from '../sqs/sender';
import { SqsClient } from './client-proxy';
import { QueueMessage, type SendOptions, toOutgoing } from './queue-message';

/** The body of each type of message. */
export type MessageTypes = Readonly<Record<string, unknown>>;

/** Sends to one queue; messages that are sent together share calls. */
export class QueueProducer<Types extends object = MessageTypes> {
  /** Nest's client: `emit` completes when SQS has accepted the message. It is hot, so await it. */
  readonly client: ClientProxy;

  constructor(
    private readonly sender: Sender,
    private readonly fifo: boolean,
  ) {
    this.client = new SqsClient(sender, fifo);
  }

  /**
   * Resolves when SQS has accepted the message. Rejects with `QueueUnavailable` when it did not or its answer is unknown,
   * so that the caller sends again, and with `MessageRefused` when it never will.
   */
  send<Type extends keyof Types & string>(
    type: Type,
    body: Types[Type],
    options: SendOptions = {},
  ): Promise<{ readonly messageId: string }> {
    return this.sender.send(toOutgoing(type, new QueueMessage(body, options), this.fifo));
  }

  /** Refuses new messages; resolves when every one taken has its answer. */
  close(): Promise<void> {
    return this.sender.close();
  }
}
