/**
 * Makes the queue and its dead-letter queue as `contract/` numbers them, and the results table where `RESULTS` names
 * one. Running it again changes what differs and nothing else; messages and records stay.
 */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  QueueDoesNotExist,
  QueueNameExists,
  SetQueueAttributesCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DEAD_LETTER_QUEUE_NAME,
  DELIVERY,
  deriveMaxReceiveCount,
  QUEUE_NAME,
  type DeliveryNumbers,
} from '../contract/delivery';
import { type Environment, processVariables, readEnvironment } from '../contract/environment';
import { fieldsOf } from '../contract/json';
import { localCredentials } from '../contract/local';
import { messageOf } from '../contract/thrown';
import { clientConfig } from '../transport/aws/index';
import { provisionResults } from './provision-table';

export interface ProvisionOptions {
  readonly client: SQSClient;
  /** A name that ends in `.fifo` makes a FIFO queue; both or neither. */
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  readonly numbers?: DeliveryNumbers;
  /** Default: what follows from the numbers. */
  readonly maxReceiveCount?: number;
  /** How long to wait for the broker to answer at all; default 30 s. */
  readonly deadlineMs?: number;
}

export interface Queues {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

type Attributes = Record<string, string>;

/** Resolves once the broker answers a request, whatever it answers. */
async function waitForBroker(client: SQSClient, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    try {
      await client.send(new ListQueuesCommand({ MaxResults: 1 }), {
        abortSignal: AbortSignal.timeout(Math.max(1, deadline - Date.now())),
      });
      return;
    } catch (error) {
      // Without the right to list, AWS still answered.
      if (error instanceof SQSServiceException && error.$fault === 'client') return;
      if (/^Region (is missing|not accepted)/.test(messageOf(error)))
        throw new Error('nothing says where the queues are; set AWS_ENDPOINT_URL_SQS, or AWS_REGION for AWS', {
          cause: error,
        });
      // Without credentials nothing was asked, and waiting brings none.
      if (!(error instanceof Error) || error.name === 'CredentialsProviderError') throw error;
      if (Date.now() >= deadline) {
        const said = error instanceof SQSServiceException ? `answered well within` : 'answered within';
        throw new Error(`No SQS broker ${said} ${deadlineMs / 1000} s: ${error.message || error.name}`, {
          cause: error,
        });
      }
      await delay(100);
    }
  }
}

async function findQueue(client: SQSClient, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}

async function createQueue(client: SQSClient, name: string, attributes: Attributes): Promise<string | undefined> {
  const fifo: Attributes = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  try {
    return (await client.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes, ...fifo } })))
      .QueueUrl;
  } catch (error) {
    // Another provisioning was faster.
    if (error instanceof QueueNameExists) return findQueue(client, name);
    throw error;
  }
}

/** Policies are JSON: brokers give them back with other spacing, and numbers as strings. */
function sameValue(one: string | undefined, other: string): boolean {
  if (one === undefined || !other.startsWith('{')) return one === other;
  const parse = (text: string): unknown =>
    JSON.parse(text, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value));
  const sorted = (text: string): string => JSON.stringify(Object.entries(fieldsOf(parse(text))).sort());
  return sorted(one) === sorted(other);
}

/** Creates the queue or sets what differs; resolves to its URL and ARN. */
async function ensureQueue(
  client: SQSClient,
  name: string,
  attributes: Attributes,
): Promise<{ url: string; arn: string }> {
  const url = (await findQueue(client, name)) ?? (await createQueue(client, name, attributes));
  if (url === undefined) throw new Error(`The broker names no URL for the queue ${name}`);
  const { Attributes: now = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  const current: Readonly<Record<string, string | undefined>> = now;
  const changes = Object.fromEntries(
    Object.entries(attributes).filter(([key, value]) => !sameValue(current[key], value)),
  );
  if (Object.keys(changes).length > 0)
    await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: changes }));
  return { url, arn: current['QueueArn'] ?? '' };
}

/** Only the source may move messages to its DLQ. ElasticMQ knows no such policy: there it is left out. */
async function allowRedriveFrom(client: SQSClient, deadLetterQueueUrl: string, sourceArn: string): Promise<void> {
  const policy = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [sourceArn] });
  try {
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, Attributes: { RedriveAllowPolicy: policy } }),
    );
  } catch (error) {
    if (!(error instanceof SQSServiceException) || !/InvalidAttribute|Unsupported|UnknownAttribute/.test(error.name))
      throw error;
  }
}

export async function provision(options: ProvisionOptions): Promise<Queues> {
  const { client, queueName, deadLetterQueueName, numbers = DELIVERY, deadlineMs = 30_000 } = options;
  const { maxReceiveCount = deriveMaxReceiveCount(numbers) } = options;
  await waitForBroker(client, deadlineMs);
  const deadLetters = await ensureQueue(client, deadLetterQueueName, {
    VisibilityTimeout: String(numbers.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(numbers.deadLetterRetentionSeconds),
  });
  const queue = await ensureQueue(client, queueName, {
    VisibilityTimeout: String(numbers.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(numbers.queueRetentionSeconds),
    ReceiveMessageWaitTimeSeconds: String(numbers.receiveWaitSeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: deadLetters.arn,
      maxReceiveCount: String(maxReceiveCount),
    }),
  });
  await allowRedriveFrom(client, deadLetters.url, queue.arn);
  return { queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url };
}

/** An emulator's first call may take long. */
const ANSWER_MS = 30_000;

/** The client that provisioning and the local tools use: the endpoint decides where queues are, not their URLs. */
export function createProvisionClient(
  region: string | undefined,
  endpoint: string | undefined,
  connections = 1,
): SQSClient {
  const credentials = localCredentials(endpoint, processVariables);
  return new SQSClient({
    ...clientConfig({ region, endpoint, credentials }, { answerMs: ANSWER_MS, maxAttempts: 1, connections }),
    useQueueUrlAsEndpoint: false,
  });
}

async function provisionFrom(environment: Environment): Promise<Queues> {
  const client = createProvisionClient(environment.region, environment.sqsEndpoint);
  const numbers = { ...DELIVERY, visibilityTimeoutSeconds: environment.visibilityTimeoutSeconds };
  const names = { queueName: QUEUE_NAME, deadLetterQueueName: DEAD_LETTER_QUEUE_NAME };
  try {
    const queues = await provision({ client, ...names, numbers });
    await provisionResults(environment);
    return queues;
  } finally {
    client.destroy();
  }
}

/** As a process; exported for its bundle, where no module is the main one. */
export async function main(): Promise<void> {
  try {
    process.stdout.write(`${JSON.stringify(await provisionFrom(readEnvironment()))}\n`);
  } catch (error) {
    process.stderr.write(`Queues and table cannot be provisioned: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
