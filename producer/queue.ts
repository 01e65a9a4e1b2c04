import { type Job } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { type Counter, type Metrics, type QueueProducer, type QueueProducers } from '../transport/index';

/** The terms of a send, beside the message's body. */
export interface SendTerms {
  readonly version: number;
  readonly group: string | undefined;
  readonly delaySeconds: number | undefined;
}

/** Counts jobs that SQS accepted. A repeat under the same key does not count again. */
const ACCEPTED = { name: 'plusone_accepted_total', help: 'Jobs that SQS accepted.' };

/** The counters of accepted jobs, by type. */
export const acceptedCounters = (metrics: Metrics, definitions: readonly JobType[]): ReadonlyMap<string, Counter> =>
  new Map(definitions.map(({ type }) => [type, metrics.counter(ACCEPTED, { type })]));

/** The queue as the producer sees it: jobs go in. */
export class Queue {
  private readonly producer: QueueProducer;

  constructor(
    producers: QueueProducers,
    private readonly accepted: ReadonlyMap<string, Counter>,
  ) {
    this.producer = producers.get();
  }

  /** Resolves once SQS accepted the job. `group` orders on a FIFO queue, and shares fairly on a standard one. */
  async send({ id, type, input }: Job, { version, group, delaySeconds }: SendTerms): Promise<void> {
    const options = { version, groupId: group, deduplicationId: id, delaySeconds };
    await this.producer.send(type, { id, input }, options);
    this.accepted.get(type)?.add();
  }

  /** Whether it is a FIFO queue, as the queue itself says. Rejects until it has answered once. */
  isFifo(): Promise<boolean> {
    return this.producer.isFifo();
  }

  /** Rejects when the queue does not answer within a second. */
  check(): Promise<void> {
    return this.producer.check();
  }
}
