import { type OnApplicationShutdown } from '@nestjs/common';
import { EMULATOR_REGION, type Environment } from '../contract/environment';
import { type Job, JOB_TYPE, JOB_VERSION } from '../contract/job';
import { createWorkClient } from '../transport/sqs/clients';
import { readQueueFacts } from '../transport/sqs/queue-facts';
import { envelope, Sender } from '../transport/sqs/sender';

const ATTRIBUTES = envelope(JOB_TYPE, JOB_VERSION);
const CHECK_MS = 1_000;

/** The queue as the producer sees it: jobs go in. */
export class Queue implements OnApplicationShutdown {
  private readonly client: ReturnType<typeof createWorkClient>;
  private readonly sender: Sender;
  private readonly fifo: boolean;

  constructor(
    { region, sqsEndpoint }: Environment,
    private readonly url: string,
  ) {
    this.client = createWorkClient({ region: region ?? EMULATOR_REGION, endpoint: sqsEndpoint });
    this.sender = new Sender(this.client, url);
    this.fifo = url.endsWith('.fifo');
  }

  /** Resolves once SQS accepted the job. `group` orders on a FIFO queue, and shares fairly on a standard one. */
  async send(job: Job, group: string | undefined): Promise<void> {
    const body = JSON.stringify({ id: job.id, input: job.input });
    const groupId = group ?? (this.fifo ? job.id : undefined);
    const deduplicationId = this.fifo ? job.id : undefined;
    await this.sender.send({ body, attributes: ATTRIBUTES, groupId, deduplicationId });
  }

  /** Rejects when the queue does not answer within a second. */
  async check(): Promise<void> {
    await readQueueFacts(this.client, this.url, AbortSignal.timeout(CHECK_MS));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sender.close();
    this.client.destroy();
  }
}
