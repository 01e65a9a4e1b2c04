import { ClientProxy, type ReadPacket } from '@nestjs/microservices';
import { WiringError } from '../sqs/errors';
import { type Sender } from '../sqs/sender';
import { QueueMessage, toOutgoing } from './queue-message';

/**
 * Nest's client side: `client.emit('order', order)` goes through the same sender as everything else and completes only
 * when SQS accepted the message. `emit` is hot: await it (`lastValueFrom`), or an error has no one to hear it.
 */
export class SqsClient extends ClientProxy {
  constructor(
    private readonly sender: Sender,
    private readonly fifo: boolean,
  ) {
    super();
  }

  override connect(): Promise<void> {
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return this.sender.close();
  }

  override unwrap(): never {
    throw new WiringError('The SQS client has no single native client.');
  }

  protected override publish(): never {
    throw new WiringError('A queue has no replies: use emit(), not send().');
  }

  protected override async dispatchEvent<T>({ pattern, data }: ReadPacket<T>): Promise<T> {
    const message = data instanceof QueueMessage ? data : new QueueMessage(data);
    await this.sender.send(toOutgoing(this.normalizePattern(String(pattern)), message, this.fifo));
    return data;
  }
}
