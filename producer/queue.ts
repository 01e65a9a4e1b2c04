import { Injectable } from '@nestjs/common';
import { type Job, JOB_TYPE, JOB_VERSION } from '../contract/job';
import { type QueueProducer, QueueProducers } from '../transport/index';

/** The queue as the producer sees it: jobs go in. */
@Injectable()
export class Queue {
  private readonly producer: QueueProducer<{ readonly [JOB_TYPE]: Job }>;

  constructor(producers: QueueProducers) {
    this.producer = producers.get();
  }

  /** Resolves once SQS accepted the job. `group` orders on a FIFO queue, and shares fairly on a standard one. */
  send({ id, input }: Job, group: string | undefined): Promise<unknown> {
    const options = { version: JOB_VERSION, groupId: group, deduplicationId: id };
    return this.producer.send(JOB_TYPE, { id, input }, options);
  }

  /** Rejects when the queue does not answer within a second. */
  check(): Promise<void> {
    return this.producer.check();
  }
}
