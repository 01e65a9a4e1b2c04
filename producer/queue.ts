import { type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Environment } from '../contract/environment';
import { type Job, JOB_TYPE, JOB_VERSION } from '../contract/job';
import { createWorkClient } from '../transport/sqs/clients';
import { QueueUnavailable } from '../transport/sqs/errors';
import { type QueueFacts, readQueueFacts } from '../transport/sqs/queue-facts';
import { envelope } from '../transport/sqs/outgoing';
import { Sender } from '../transport/sqs/sender';

const ATTRIBUTES = envelope(JOB_TYPE, JOB_VERSION);
const CHECK_MS = 1_000;
const RETRY_AFTER_SECONDS = 5;

/** The queue as the producer sees it: jobs go in. */
export class Queue implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly client: ReturnType<typeof createWorkClient>;
  private readonly sender: Sender;
  /** Undefined until the queue has told it; its URL need not. */
  private fifo: boolean | undefined;
  private asking: Promise<boolean> | undefined;

  constructor(
    { region, sqsEndpoint }: Environment,
    private readonly url: string,
  ) {
    this.client = createWorkClient({ queueUrl: url, region, endpoint: sqsEndpoint });
    this.sender = new Sender(this.client, url);
  }

  /** The first job finds the answer there, as a rule. */
  onApplicationBootstrap(): void {
    void this.askFifo().catch(() => undefined);
  }

  /** Resolves once SQS accepted the job. `group` orders on a FIFO queue, and shares fairly on a standard one. */
  async send(job: Job, group: string | undefined): Promise<void> {
    const fifo = this.fifo ?? (await this.askFifo());
    const body = JSON.stringify({ id: job.id, input: job.input });
    const groupId = group ?? (fifo ? job.id : undefined);
    const deduplicationId = fifo ? job.id : undefined;
    await this.sender.send({ body, attributes: ATTRIBUTES, groupId, deduplicationId });
  }

  /** Rejects when the queue does not answer within a second. */
  async check(): Promise<void> {
    this.keep(await readQueueFacts(this.client, this.url, AbortSignal.timeout(CHECK_MS)));
  }

  /** One question at a time; when it has failed, the next send asks again. */
  private askFifo(): Promise<boolean> {
    this.asking ??= readQueueFacts(this.client, this.url)
      .then((facts) => this.keep(facts))
      .catch((cause: unknown) => {
        throw new QueueUnavailable('The queue has not told its attributes.', RETRY_AFTER_SECONDS, { cause });
      })
      .finally(() => (this.asking = undefined));
    return this.asking;
  }

  private keep({ fifo }: QueueFacts): boolean {
    return (this.fifo = fifo);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sender.close();
    this.client.destroy();
  }
}
