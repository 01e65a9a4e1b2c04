import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  type QueueAttributeName,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DEAD_LETTER_QUEUE_NAME, QUEUE_NAME } from '../../contract/delivery';
import { EMULATOR_REGION, type Environment, EnvironmentError, processVariables } from '../../contract/environment';
import { fieldsOf, parsedJson } from '../../contract/json';
import { isLocalEndpoint, localCredentials } from '../../contract/local';
import { queueNameOf } from '../../contract/queue-name';
import { StoreError } from '../../results/errors';
import { openRecords } from '../../results/open';
import { type Records } from '../../results/records';
import { bounded, clientConfig } from '../../transport/aws/index';
import { EventSources } from './event-sources';

/** What keeps an operator's command from its work, in one sentence that says what to do. */
export class CannotWork extends Error {
  override readonly name = 'CannotWork';
}

/** Why work ended early, where the caller's signal did it. */
export const CANCELLED = 'it was cancelled';

/** The first line of what went wrong. Faults of the settings are all named, with a line for each. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof EnvironmentError) return error.message;
  const causes = error instanceof AggregateError ? error.errors.map(sentenceOf).join(', ') : '';
  return error.message.split('\n')[0] || causes || error.name;
}

export interface Queue {
  readonly url: string;
  readonly name: string;
  readonly fifo: boolean;
}

/** Where an operator works: the queue, its dead-letter queue and the records, with the operator's own credentials. */
export interface Workplace {
  readonly sqs: SQSClient;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly records: Records;
  /** What else takes from the queue: functions, by Lambda's event sources. */
  readonly eventSources: EventSources;
  close(): Promise<void>;
}

/** One call at a time of each of the eight that look into a queue, and their sends and deletes. */
const CONNECTIONS = 24;
const TRIES = { answerMs: 5_000, maxAttempts: 3, connections: CONNECTIONS };
const CALL_LIMIT_MS = 20_000;

/** A pause or a deletion in a file of this machine would look done, and reach no consumer of a queue on AWS. */
const NO_STORE =
  "RESULTS is not set: name the store of this queue's consumers, such as dynamodb:TABLE, or none if they have none";

/** Without `QUEUE_URL` it is the pair that `npm start` runs on this machine. Rejects with `CannotWork`. */
export async function openWorkplace(environment: Environment): Promise<Workplace> {
  const { queueUrl, brokerPort } = environment;
  const local = queueUrl === undefined ? `http://127.0.0.1:${brokerPort}` : undefined;
  const endpoint = environment.sqsEndpoint ?? local;
  if (!environment.resultsNamed && !isLocalEndpoint(endpoint ?? queueUrl)) throw new CannotWork(NO_STORE);
  const sqs = createClient(environment, endpoint);
  try {
    const queue = await facts(sqs, queueUrl ?? (await urlOf(sqs, QUEUE_NAME)));
    const deadLetters = await facts(sqs, environment.deadLetterQueueUrl ?? (await deadLetterUrl(sqs, queue)));
    const records = await openRecords(environment);
    const eventSources = new EventSources(environment, queue.arn);
    const close = async (): Promise<void> => {
      await records.close();
      eventSources.close();
      sqs.destroy();
    };
    return { sqs, queue, deadLetters, records, eventSources, close };
  } catch (error) {
    sqs.destroy();
    throw unreachable(error, { endpoint: endpoint ?? queueUrl, named: queueUrl !== undefined });
  }
}

function createClient({ region, sqsEndpoint, sqsCredentials }: Environment, endpoint: string | undefined): SQSClient {
  const local = sqsEndpoint === undefined && endpoint !== undefined;
  const place = local
    ? { region: region ?? EMULATOR_REGION, endpoint, credentials: localCredentials(endpoint, processVariables) }
    : { region, endpoint, credentials: sqsCredentials };
  const client = new SQSClient({
    ...clientConfig(place, TRIES),
    useQueueUrlAsEndpoint: endpoint === undefined,
    md5: false,
  });
  return bounded(client, CALL_LIMIT_MS);
}

type Facts = Queue & { readonly arn: string; readonly redrive: string | undefined };

async function facts(sqs: SQSClient, url: string): Promise<Facts> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  const fifo = attributes.FifoQueue === 'true';
  return {
    url,
    name: queueNameOf(url),
    fifo,
    arn: attributes.QueueArn ?? '',
    redrive: attributes.RedrivePolicy,
  };
}

/** As the queue's own redrive policy names it. */
async function deadLetterUrl(sqs: SQSClient, { name, redrive }: Facts): Promise<string> {
  const { deadLetterTargetArn: arn } = fieldsOf(parsedJson(redrive ?? ''));
  const deadLetterName = typeof arn === 'string' ? arn.split(':').at(-1) : undefined;
  if (deadLetterName === undefined)
    throw new CannotWork(
      `The queue ${name} names no dead-letter queue in its redrive policy; set DLQ_URL, such as the URL of ${DEAD_LETTER_QUEUE_NAME}`,
    );
  return urlOf(sqs, deadLetterName);
}

async function urlOf(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl: url } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  if (url === undefined) throw new CannotWork(`The queue ${name} has no URL; set QUEUE_URL and DLQ_URL`);
  return url;
}

const UNREACHABLE = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|UND_ERR|TimeoutError|AbortError/;

function unreachable(error: unknown, at: { readonly endpoint: string | undefined; readonly named: boolean }): unknown {
  if (!(error instanceof Error) || error instanceof CannotWork || error instanceof StoreError) return error;
  if (error instanceof QueueDoesNotExist)
    return new CannotWork('There is no such queue; correct QUEUE_URL and DLQ_URL, or run `npm run provision`', {
      cause: error,
    });
  const what = [error, error.cause].map((one) => (one instanceof Error ? `${one.name} ${codeOf(one)}` : '')).join(' ');
  if (!UNREACHABLE.test(`${what} ${error.message}`)) return error;
  const advice = at.named
    ? 'see that it runs, and AWS_ENDPOINT_URL_SQS'
    : 'run `npm start`, or set QUEUE_URL and DLQ_URL';
  return new CannotWork(`No queue answers at ${at.endpoint ?? 'AWS'}: ${advice}`, { cause: error });
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

/** How many messages a queue holds, which SQS counts approximately. */
export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

const DEPTH = {
  visible: 'ApproximateNumberOfMessages',
  inFlight: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const satisfies Record<string, QueueAttributeName>;

export async function depthOf(sqs: SQSClient, { url }: Pick<Queue, 'url'>, abortSignal?: AbortSignal): Promise<Depth> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: Object.values(DEPTH) });
  const { Attributes: attributes = {} } = await sqs.send(command, { ...(abortSignal && { abortSignal }) });
  const count = (name: keyof typeof DEPTH): number => Number(attributes[DEPTH[name]] ?? 0);
  return { visible: count('visible'), inFlight: count('inFlight'), delayed: count('delayed') };
}
