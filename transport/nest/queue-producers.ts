import { type SQSClient } from '@aws-sdk/client-sqs';
import { createWorkClient, type Place } from '../sqs/clients';
import { WiringError } from '../sqs/errors';
import { Sender } from '../sqs/sender';
import { DEFAULT_QUEUE } from './consumer-options';
import { byName } from './named';
import { QueueProducer, type MessageTypes } from './queue-producer';

export interface ProducerOptions extends Place {
  readonly queues: readonly {
    /** By this `QueueProducers.get` names the queue; several queues need one each. */
    readonly name?: string | undefined;
    readonly queueUrl: string;
  }[];
}

/** The producers of an application's queues, by name. */
export class QueueProducers {
  private readonly clients: SQSClient[] = [];
  private readonly producers = new Map<string, QueueProducer>();

  constructor({ queues, ...place }: ProducerOptions) {
    for (const { name = DEFAULT_QUEUE, queueUrl } of queues) {
      if (!queueUrl) throw new WiringError(`The queue '${name}' has no \`queueUrl\`.`);
      if (this.producers.has(name)) throw new WiringError(`Two queues are named '${name}'; give each a \`name\`.`);
      const client = createWorkClient({ ...place, queueUrl });
      this.clients.push(client);
      this.producers.set(name, new QueueProducer(new Sender(client, queueUrl), queueUrl.endsWith('.fifo')));
    }
  }

  /** The producer of the queue of this name; an application with one queue need not name it. */
  get<Types extends object = MessageTypes>(name?: string): QueueProducer<Types> {
    return byName(this.producers, name) as unknown as QueueProducer<Types>;
  }

  /** Refuses new messages; resolves when every one taken has its answer. */
  async close(): Promise<void> {
    await Promise.all([...this.producers.values()].map((producer) => producer.close()));
    for (const client of this.clients) client.destroy();
  }
}
