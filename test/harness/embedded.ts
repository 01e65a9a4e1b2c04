import { ChangeMessageVisibilityCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DELIVERY } from '../../contract/delivery';
import { type BrokerHabits } from '../../ops/broker';
import { createProvisionClient, provision, type ProvisionOptions, type Queues } from '../../ops/provision';
import { startBrokerProcess } from './broker-process';
import { type App } from './processes';

interface HeldMessage {
  readonly messageId: string;
  readonly body: string;
  readonly approximateReceiveCount: number;
  readonly approximateFirstReceiveTimestamp?: number;
}

export interface Held {
  readonly ready: readonly HeldMessage[];
  readonly delayed: readonly HeldMessage[];
  readonly inflight: readonly { readonly message: HeldMessage; readonly receiptHandle: string }[];
}

/** The embedded broker with a data directory that outlives its process, for tests that kill it. */
export class PersistentBroker {
  private app: App | undefined;
  private sqs: SQSClient | undefined;
  private at = '';

  private constructor(
    readonly dataDir: string,
    private readonly habits: BrokerHabits,
  ) {}

  static async start(habits: BrokerHabits = {}): Promise<PersistentBroker> {
    const broker = new PersistentBroker(await mkdtemp(join(tmpdir(), 'broker-test-')), habits);
    await broker.start();
    return broker;
  }

  get client(): SQSClient {
    if (!this.sqs) throw new Error('the broker is down');
    return this.sqs;
  }

  get process(): App {
    if (!this.app) throw new Error('the broker is down');
    return this.app;
  }

  get endpoint(): string {
    return this.at;
  }

  async start(port = 0): Promise<void> {
    const { app, endpoint } = await startBrokerProcess({ port, dataDir: this.dataDir, habits: this.habits });
    this.app = app;
    this.at = endpoint;
    this.sqs = createProvisionClient('us-east-1', endpoint);
  }

  async restart(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.process.stop(signal);
    this.client.destroy();
    await this.start();
  }

  async provision(
    name: string,
    { maxReceiveCount, ...numbers }: Partial<typeof DELIVERY> & Pick<ProvisionOptions, 'maxReceiveCount'> = {},
  ): Promise<Queues> {
    const fifo = name.endsWith('.fifo') ? '.fifo' : '';
    return provision({
      client: this.client,
      queueName: name,
      deadLetterQueueName: `${name.replace('.fifo', '')}-dlq${fifo}`,
      numbers: { ...DELIVERY, ...numbers },
      ...(maxReceiveCount !== undefined && { maxReceiveCount }),
    });
  }

  /** What the broker holds of a queue, without receiving it. */
  async held(queueUrl: string): Promise<Held> {
    const name = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
    const answer = await fetch(`${this.at}/_fauxqs/queues/${name}`);
    return ((await answer.json()) as { messages: Held }).messages;
  }

  async bodies(queueUrl: string): Promise<string[]> {
    const { ready, delayed, inflight } = await this.held(queueUrl);
    return [...ready, ...delayed, ...inflight.map(({ message }) => message)].map(({ body }) => body);
  }

  async receive(queueUrl: string, leaseSeconds: number, max = 10) {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: max,
        VisibilityTimeout: leaseSeconds,
        WaitTimeSeconds: 0,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  async release(queueUrl: string, receiptHandle: string | undefined): Promise<void> {
    await this.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
    );
  }

  async close(): Promise<void> {
    if (this.app?.running) await this.app.stop();
    this.sqs?.destroy();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
