/** The ceiling: the SDK and nothing else. N loops that receive while there is room, deletes in batches of ten. */
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { once, EventEmitter } from 'node:events';
import { type BenchJob, type Meter } from '../meter';
import { type ConsumerSpec, runConsumerPeer } from '../peer';
import { createClient, createLeanClient } from './client';

const BATCH = 10;
const LINGER_MS = 5;

class RawConsumer {
  private inFlight = 0;
  private handles: string[] = [];
  private linger: NodeJS.Timeout | undefined;
  private readonly room = new EventEmitter().setMaxListeners(0);

  constructor(
    private readonly client: SQSClient,
    private readonly spec: ConsumerSpec,
    private readonly meter: Meter,
  ) {}

  async loop(): Promise<void> {
    const command = {
      QueueUrl: this.spec.queueUrl,
      MaxNumberOfMessages: BATCH,
      WaitTimeSeconds: 20,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All' as const],
    };
    for (;;) {
      while (this.inFlight + BATCH > this.spec.inFlight) await once(this.room, 'room');
      this.inFlight += BATCH;
      const { Messages = [] } = await this.client.send(new ReceiveMessageCommand(command));
      this.release(BATCH - Messages.length);
      for (const message of Messages) this.handle(message);
    }
  }

  private handle({ Body = '', ReceiptHandle = '' }: Message): void {
    const working = this.meter.handle(JSON.parse(Body) as BenchJob);
    if (working)
      void working.then(() => {
        this.done(ReceiptHandle);
      });
    else this.done(ReceiptHandle);
  }

  private done(handle: string): void {
    this.handles.push(handle);
    if (this.handles.length >= BATCH) this.flush();
    else
      this.linger ??= setTimeout(() => {
        this.flush();
      }, LINGER_MS);
  }

  private flush(): void {
    clearTimeout(this.linger);
    this.linger = undefined;
    void this.delete(this.handles.splice(0));
  }

  private async delete(handles: readonly string[]): Promise<void> {
    const Entries = handles.map((ReceiptHandle, position) => ({ Id: String(position), ReceiptHandle }));
    const { Failed = [] } = await this.client.send(
      new DeleteMessageBatchCommand({ QueueUrl: this.spec.queueUrl, Entries }),
    );
    if (Failed.length > 0) throw new Error('A delete failed.');
    this.release(handles.length);
  }

  private release(count: number): void {
    this.inFlight -= count;
    this.room.emit('room');
  }
}

runConsumerPeer((spec, meter) => {
  const [loops, wire] = spec.variant.split(' ');
  const consumer = new RawConsumer(wire === 'lean' ? createLeanClient(spec) : createClient(spec), spec, meter);
  for (let loop = 0; loop < Number(loops); loop += 1) void consumer.loop();
});
