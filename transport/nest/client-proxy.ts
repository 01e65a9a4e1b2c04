import { ClientProxy, type ReadPacket } from '@nestjs/microservices';
import { WiringError } from '../sqs/errors';
import { envelope } from '../sqs/outgoing';
import { type Sender } from '../sqs/sender';

/**
 * Nest's client side: `client.emit('add-one', job)` goes through the same sender as everything else and completes only
 * when SQS accepted the message. `emit` is hot: await it (`lastValueFrom`), or an error has no one to hear it.
 */
export class SqsClient extends ClientProxy {
  constructor(private readonly sender: Sender) {
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
    const message = { body: JSON.stringify(data), attributes: envelope(this.normalizePattern(String(pattern)), 1) };
    await this.sender.send(message);
    return data;
  }
}
