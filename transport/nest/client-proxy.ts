import { ClientProxy, type ReadPacket } from '@nestjs/microservices';
import { WiringError } from '../sqs/errors';
import { QueueMessage, type SendOptions } from './queue-message';

/** What the client sends with. */
interface Producer {
  send(type: string, body: unknown, options?: SendOptions): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Nest's client side: `client.emit('order', order)` sends as `QueueProducer.send` does and completes only when
 * SQS has accepted the message. `emit` is hot: await it (`lastValueFrom`), or an error goes unnoticed.
 */
export class SqsClient extends ClientProxy {
  constructor(private readonly producer: Producer) {
    super();
  }

  override connect(): Promise<void> {
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return this.producer.close();
  }

  override unwrap(): never {
    throw new WiringError('The SQS client has no single native client.');
  }

  protected override publish(): never {
    throw new WiringError('A queue has no replies: use emit(), not send().');
  }

  protected override async dispatchEvent<T>({ pattern, data }: ReadPacket<T>): Promise<T> {
    const message: QueueMessage<unknown> = data instanceof QueueMessage ? data : new QueueMessage(data);
    await this.producer.send(this.normalizePattern(pattern as string), message.body, message.options);
    return data;
  }
}
