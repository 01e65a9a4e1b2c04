import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { bounded, clientConfig, CONNECT_MS, type ServiceLocation, type Tries } from '../aws/client';
import { leanClient as lean } from '../aws/lean-client';
import { HOT_CALLS } from './hot-calls';

/** Where SQS is, and how it is called. */
export interface SqsLocation extends ServiceLocation<SQSClientConfig['credentials']> {
  /**
   * A client of the application, for all calls. It is never destroyed here, and its region, endpoint, credentials
   * and limits count. If it has middleware of its own, every call goes through it.
   */
  readonly client?: SQSClient | undefined;
  /**
   * True: all calls go through the whole of the SDK's middleware. Those of a busy queue then cost more than twice as
   * much.
   */
  readonly sdkPath?: boolean | undefined;
}

export interface ClientOptions extends SqsLocation {
  readonly queueUrl: string;
}

/** How many seconds late the answer to a long poll may be before the poll counts as lost. */
const POLL_SLACK_SECONDS = 5;

/** Limits a call: two tries of up to 1 s to connect and 3 s to answer, which undici may notice half a second late. */
const WORK_LIMIT_MS = 10_000;

/** Limits the sends, deletes and changes of visibility on their way at once. */
const WORK_CONNECTIONS = 50;

/** The client for sends, deletes and visibility. Every call is answered or has failed within 10 s. */
export function createWorkClient(options: ClientOptions): SQSClient {
  const tries = { answerMs: 3_000, connections: WORK_CONNECTIONS, maxAttempts: 2 };
  return bounded(createClient(options, tries), WORK_LIMIT_MS);
}

/**
 * The client for long polls, apart since each occupies a socket for up to `waitSeconds`. The pump backs off, not the
 * SDK.
 */
export function createPollClient(options: ClientOptions, pollers: number, waitSeconds: number): SQSClient {
  const answerMs = (waitSeconds + POLL_SLACK_SECONDS) * 1_000;
  const tries = { answerMs, connections: Math.max(1, pollers), maxAttempts: 1 };
  return bounded(createClient(options, tries), answerMs + CONNECT_MS);
}

/**
 * Receives, batched sends, deletes and changes of visibility at less than half of the SDK's CPU time: see
 * `leanClient` of `aws/`.
 */
export const leanClient = (client: SQSClient): SQSClient => lean(client, HOT_CALLS);

function createClient({ client: own, sdkPath, ...options }: ClientOptions, tries: Tries): SQSClient {
  const client = own ? undestroyed(own) : newClient(options, tries);
  return sdkPath ? client : leanClient(client);
}

/** A client that `destroy` leaves open, since the application made it. */
const undestroyed = (client: SQSClient): SQSClient =>
  Object.create(client, { destroy: { value: () => undefined } }) as SQSClient;

function newClient({ queueUrl, region, endpoint, credentials }: ClientOptions, tries: Tries): SQSClient {
  const place = { region: regionOf(queueUrl) ?? region, endpoint, credentials };
  return new SQSClient({
    ...clientConfig(place, { ...tries, url: endpoint ?? queueUrl }),
    // An emulator's queue URL may name a host that only it can resolve.
    useQueueUrlAsEndpoint: endpoint === undefined,
    // The bodies are checked one by one instead: the SDK fails ten messages for one.
    md5: false,
  });
}

/** The region in the queue's URL, for which calls must be signed. Undefined if the URL is not AWS's own. */
function regionOf(queueUrl: string): string | undefined {
  const { hostname = '' } = URL.parse(queueUrl) ?? {};
  const [, region, legacy] =
    /^(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.(?:amazonaws\.com|api\.aws)(?:\.cn)?$/.exec(hostname) ?? [];
  return region ?? legacy;
}
