import { type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';
import { SenderMetrics } from '../metrics/sender-metrics';
import { type SqsLocation } from '../sqs/clients';
import { WiringError } from '../sqs/errors';
import { byName, DEFAULT_QUEUE, queueLabels } from './named';
import { QueueProducer, type MessageTypes } from './queue-producer';

export interface ProducerOptions extends SqsLocation {
  /** Where to count, for an application that reads the numbers, such as by `prometheusText`. */
  readonly metrics?: Metrics | undefined;
  readonly queues: readonly {
    /** The name by which `QueueProducers.get` refers to the queue. Several queues need one each. */
    readonly name?: string | undefined;
    readonly queueUrl: string;
  }[];
}

/** The producers of an application's queues, by name. */
export class QueueProducers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly producers = new Map<string, QueueProducer>();

  constructor({ queues, metrics = new Metrics(), ...place }: ProducerOptions) {
    for (const queue of queues) {
      const { name = DEFAULT_QUEUE, queueUrl } = queue;
      if (!queueUrl) throw new WiringError(`The queue '${name}' has no \`queueUrl\`.`);
      if (this.producers.has(name)) throw new WiringError(`Two queues are named '${name}'; give each a \`name\`.`);
      const counting = new SenderMetrics(metrics, queueLabels(queue));
      this.producers.set(name, new QueueProducer({ ...place, queueUrl }, counting));
    }
  }

  /** The producer of the queue of this name; an application with one queue need not name it. */
  get<Types extends object = MessageTypes>(name?: string): QueueProducer<Types> {
    return byName(this.producers, name) as unknown as QueueProducer<Types>;
  }

  /** Asks early, so that the first message need not wait. */
  onApplicationBootstrap(): void {
    for (const producer of this.producers.values()) void producer.isFifo().catch(() => undefined);
  }

  /** Port and consumers are closed by then; until then they may send. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.producers.values()].map((producer) => producer.close()));
  }
}
