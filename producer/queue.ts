import { Injectable } from '@nestjs/common';
import { type Job } from '../contract/job';
import { type QueueProducer, QueueProducers } from '../transport/index';

/** What goes with a job beside its message's body. */
export interface SendTerms {
  readonly version: number;
  readonly group: string | undefined;
  readonly delaySeconds: number | undefined;
}

/** The queue as the producer sees it: jobs go in. */
@Injectable()
export class Queue {
  private readonly producer: QueueProducer;

  constructor(producers: QueueProducers) {
    this.producer = producers.get();
  }

  /** Resolves once SQS accepted the job. `group` orders on a FIFO queue, and shares fairly on a standard one. */
  send({ id, type, input }: Job, { version, group, delaySeconds }: SendTerms): Promise<unknown> {
    const options = { version, groupId: group, deduplicationId: id, delaySeconds };
    return this.producer.send(type, { id, input }, options);
  }

  /** As the queue says. Rejects as long as it has not answered once. */
  isFifo(): Promise<boolean> {
    return this.producer.isFifo();
  }

  /** Rejects when the queue does not answer within a second. */
  check(): Promise<void> {
    return this.producer.check();
  }
}
