import {
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DELIVERY, type DeliveryNumbers } from '../../contract/delivery';
import { EMULATOR_REGION, processVariables, readEnvironment } from '../../contract/environment';
import { type BrokerHabits, habitArguments } from '../../ops/broker';
import { credentialVariables } from '../../ops/child-environment';
import { createProvisionClient, provision } from '../../ops/provision';
import { SHARED_BROKERS, startBrokerProcess } from './broker-process';
import { type App } from './processes';

export type BrokerKind = 'embedded' | 'external';

export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface QueuesOptions {
  /** Replaces single numbers of `contract/`, e.g. a short visibility timeout. */
  readonly numbers?: Partial<DeliveryNumbers>;
  readonly fifo?: boolean;
}

export interface TestQueues {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** What an app under test needs to work on these queues. */
  readonly env: Readonly<Record<string, string>>;
}

/** For tests that run side by side, each with a long poll of its own. */
const CONNECTIONS = 20;

/** An SQS broker for tests: the embedded one in memory, or the one `AWS_ENDPOINT_URL_SQS` names. */
export class TestBroker {
  readonly client: SQSClient;
  private readonly urls: string[] = [];

  constructor(
    readonly endpoint: string,
    readonly region: string,
    /** Its process, if other test files do not use it. */
    private readonly own: App | 'shared' | 'external',
  ) {
    this.client = createProvisionClient(region, endpoint, CONNECTIONS);
  }

  get kind(): BrokerKind {
    return this.own === 'external' ? 'external' : 'embedded';
  }

  /** A queue and its DLQ of their own for one test. */
  async createQueues(options: QueuesOptions = {}): Promise<TestQueues> {
    const { numbers, fifo = false } = options;
    const name = `t-${randomUUID()}`;
    const suffix = fifo ? '.fifo' : '';
    const queues = await provision({
      client: this.client,
      queueName: `${name}${suffix}`,
      deadLetterQueueName: `${name}-dlq${suffix}`,
      numbers: { ...DELIVERY, ...numbers },
    });
    this.urls.push(queues.queueUrl, queues.deadLetterQueueUrl);
    return { ...queues, env: this.environment(queues) };
  }

  /** `endpoint` other than the broker's own: a fault proxy in front of it. */
  environment(
    queues: { queueUrl: string; deadLetterQueueUrl: string },
    endpoint = this.endpoint,
  ): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_REGION: this.region,
      QUEUE_URL: queues.queueUrl,
      DLQ_URL: queues.deadLetterQueueUrl,
      ...credentialVariables(endpoint),
    };
  }

  async send(queueUrl: string, body: string, rest: Partial<SendMessageCommandInput> = {}): Promise<string> {
    const answer = await this.client.send(new SendMessageCommand({ ...rest, QueueUrl: queueUrl, MessageBody: body }));
    return answer.MessageId ?? '';
  }

  async depth(queueUrl: string): Promise<Depth> {
    const { Attributes: facts = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
    );
    return {
      visible: Number(facts.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(facts.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(facts.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  }

  /**
   * Whether no message is left, visible or not. Looks twice: LocalStack counts a message neither as visible nor as in
   * flight while it hands it out.
   */
  async isEmpty(queueUrl: string): Promise<boolean> {
    return (await this.countsNothing(queueUrl)) && delay(50).then(() => this.countsNothing(queueUrl));
  }

  private async countsNothing(queueUrl: string): Promise<boolean> {
    const { visible, inFlight, delayed } = await this.depth(queueUrl);
    return visible + inFlight + delayed === 0;
  }

  /** One receive, with all attributes. */
  async receive(queueUrl: string, leaseSeconds = 60, waitSeconds = 0): Promise<Message[]> {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: leaseSeconds,
        WaitTimeSeconds: waitSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  /** Takes what is visible now, under a lease that outlives the test; an empty receive ends it. */
  async receiveAll(queueUrl: string): Promise<Message[]> {
    const all: Message[] = [];
    for (;;) {
      const some = await this.receive(queueUrl);
      if (some.length === 0) return all;
      all.push(...some);
    }
  }

  async delete(queueUrl: string, messages: readonly Message[]): Promise<void> {
    for (const { ReceiptHandle } of messages) {
      await this.client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }

  /** Ends the broker if it is of this file alone; from any other it deletes the queues made here. */
  async close(): Promise<void> {
    if (typeof this.own === 'object') await (this.own.running && this.own.stop());
    else {
      const remove = (QueueUrl: string) => this.client.send(new DeleteQueueCommand({ QueueUrl }));
      // A broker may just have ended a connection that was idle for as long as the test took.
      await Promise.all(this.urls.map((url) => remove(url).catch(() => remove(url))));
    }
    this.client.destroy();
  }
}

/**
 * The broker that `AWS_ENDPOINT_URL_SQS` names, or the embedded one: that of this worker of jest, or one of its own if
 * it is to have other habits.
 */
export async function startBroker(habits: BrokerHabits): Promise<TestBroker> {
  const { region = EMULATOR_REGION, sqsEndpoint } = readEnvironment();
  if (sqsEndpoint !== undefined) return new TestBroker(sqsEndpoint, region, 'external');
  const { JEST_WORKER_ID: worker, [SHARED_BROKERS]: endpoints } = processVariables;
  const shared = endpoints?.split(' ')[Number(worker) - 1];
  const hasHabits = String(habitArguments(habits)) === String(habitArguments(globalThis.brokerHabits ?? {}));
  if (shared !== undefined && hasHabits) return new TestBroker(shared, region, 'shared');
  const { app, endpoint } = await startBrokerProcess({ habits });
  return new TestBroker(endpoint, region, app);
}

/**
 * For a test file: one broker for all its tests. The embedded one gets the habits of SQS named here; another broker has
 * its own.
 */
export function withBroker(habits: BrokerHabits = {}): () => TestBroker {
  let broker: TestBroker | undefined;
  beforeAll(async () => {
    broker = await startBroker({ ...globalThis.brokerHabits, ...habits });
  });
  afterAll(async () => {
    await broker?.close();
  });
  return () => {
    if (!broker) throw new Error('The broker runs within tests and hooks only');
    return broker;
  };
}
