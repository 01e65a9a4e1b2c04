import { Injectable } from '@nestjs/common';
import { type Job } from '../contract/job';
import { type Counter, Metrics, type QueueProducer, QueueProducers } from '../transport/index';

/** What goes with a job beside its message's body. */
export interface SendTerms {
  readonly version: number;
  readonly group: string | undefined;
  readonly delaySeconds: number | undefined;
}

/** Jobs with a key that were accepted before are not counted again. */
const ACCEPTED = { name: 'plusone_accepted_total', help: 'Jobs that SQS accepted.' };

/** The queue as the producer sees it: jobs go in. */
@Injectable()
export class Queue {
  private readonly producer: QueueProducer;
  private readonly accepted = new Map<string, Counter>();

  constructor(
    producers: QueueProducers,
    private readonly metrics: Metrics,
  ) {
    this.producer = producers.get();
  }

  /** Resolves once SQS accepted the job. `group` orders on a FIFO queue, and shares fairly on a standard one. */
  async send({ id, type, input }: Job, { version, group, delaySeconds }: SendTerms): Promise<void> {
    const options = { version, groupId: group, deduplicationId: id, delaySeconds };
    await this.producer.send(type, { id, input }, options);
    this.acceptedOf(type).add();
  }

  /** As the queue says. Rejects as long as it has not answered once. */
  isFifo(): Promise<boolean> {
    return this.producer.isFifo();
  }

  /** Rejects when the queue does not answer within a second. */
  check(): Promise<void> {
    return this.producer.check();
  }

  private acceptedOf(type: string): Counter {
    const counter = this.accepted.get(type) ?? this.metrics.counter(ACCEPTED, { type });
    this.accepted.set(type, counter);
    return counter;
  }
}
