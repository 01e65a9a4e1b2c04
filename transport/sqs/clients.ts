import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import { leanClient } from '../wire/lean-client';
import { dispatcherTo } from './dispatcher';
import { withinLimit } from './limit';
import { NO_FILE_CACHE, withRenewal } from './renew-credentials';

/** Where SQS is, and how it is called. */
export interface Place {
  /** Undefined: what the SDK finds in environment and profile. The region in an AWS queue URL goes before either. */
  readonly region?: string | undefined;
  /** Undefined for AWS itself. */
  readonly endpoint?: string | undefined;
  /** Undefined: what the SDK finds. */
  readonly credentials?: SQSClientConfig['credentials'] | undefined;
  /**
   * A client of the application's own, for all calls: it is never destroyed here, and its region, endpoint, credentials
   * and limits count. If it has middleware of its own, every call goes through it.
   */
  readonly client?: SQSClient | undefined;
  /** True: the calls of a busy queue go through all of the SDK's middleware, too, and cost about twice as much. */
  readonly sdkPath?: boolean | undefined;
}

export interface ClientOptions extends Place {
  readonly queueUrl: string;
}

/** The part that is used here of what undici answers with. */
interface BodyReadable {
  bytes(): Promise<Uint8Array>;
}

/** Seconds by which an answer to a long poll may be late before the poll counts as lost. */
const POLL_SLACK_SECONDS = 5;

const CONNECT_MS = 1_000;

/** The SDKs for Java and Go keep idle connections for 60 and 90 s. */
const IDLE_MS = 60_000;

/** Two tries of up to 1 s to connect and 3 s to answer, each of which undici may notice half a second late. */
const WORK_LIMIT_MS = 10_000;

/** For sends, deletes and visibility: every call has its answer, or has failed, within 10 s. */
export function createWorkClient(options: ClientOptions): SQSClient {
  return limited(createClient(options, { maxAttempts: 2, requestHandler: httpHandler(options, 3_000) }), WORK_LIMIT_MS);
}

/** For long polls: each parks a socket for up to `waitSeconds`, so they have a client of their own. The pump backs off, not the SDK. */
export function createPollClient(options: ClientOptions, pollers: number, waitSeconds: number): SQSClient {
  const answerMs = (waitSeconds + POLL_SLACK_SECONDS) * 1_000;
  const requestHandler = httpHandler(options, answerMs, Math.max(1, pollers));
  const client = createClient(options, { maxAttempts: 1, requestHandler });
  return limited(client, answerMs + CONNECT_MS);
}

/** The same client, each of whose calls ends within `ms`. */
function limited(client: SQSClient, ms: number): SQSClient {
  const send = (command: Parameters<SQSClient['send']>[0], options?: { abortSignal?: AbortSignal }): Promise<unknown> =>
    withinLimit(
      ms,
      (abortSignal) => withRenewal(client, () => client.send(command, { ...options, abortSignal })),
      options?.abortSignal,
    );
  return Object.create(client, { send: { value: send } }) as SQSClient;
}

/** Over undici a call takes a fifth less CPU than over `node:http`: decision 8. */
function httpHandler(
  { queueUrl, endpoint = queueUrl }: ClientOptions,
  answerMs: number,
  connections = 50,
): UndiciHttpHandler {
  const options = { connections, headersTimeout: answerMs, bodyTimeout: answerMs, keepAliveTimeout: IDLE_MS };
  return new UndiciHttpHandler({ dispatcher: dispatcherTo(endpoint, options, CONNECT_MS) });
}

function createClient({ client: own, sdkPath, ...options }: ClientOptions, config: SQSClientConfig): SQSClient {
  const client = own ? undestroyed(own) : newClient(options, config);
  return sdkPath ? client : leanClient(client);
}

/** Whoever made a client ends it. */
const undestroyed = (client: SQSClient): SQSClient =>
  Object.create(client, { destroy: { value: () => undefined } }) as SQSClient;

function newClient({ queueUrl, region, endpoint, credentials }: ClientOptions, config: SQSClientConfig): SQSClient {
  const signedFor = regionOf(queueUrl) ?? region;
  return new SQSClient({
    ...(signedFor !== undefined && { region: signedFor }),
    ...NO_FILE_CACHE,
    ...(credentials !== undefined && { credentials }),
    // The SDK refuses an endpoint beside AWS_USE_FIPS_ENDPOINT, which is meant for AWS's own.
    ...(endpoint !== undefined && { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false }),
    // An emulator's queue URL may name a host that only it can resolve.
    useQueueUrlAsEndpoint: endpoint === undefined,
    // Held against the bodies one by one instead: the SDK fails ten messages for one, in vain where there is no MD5.
    md5: false,
    streamCollector: readWhole,
    ...config,
  });
}

/** Reads an answer to its end. undici's name for one that breaks off is not one that the SDK tries again. */
async function readWhole(body: BodyReadable): Promise<Uint8Array> {
  try {
    return await body.bytes();
  } catch (error) {
    if (error instanceof Error && 'code' in error && BROKEN.has(error.code)) error.name = 'TimeoutError';
    throw error;
  }
}

const BROKEN: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT']);

/** A queue takes only calls that are signed for its own region. Undefined where the URL is not one of AWS itself. */
function regionOf(queueUrl: string): string | undefined {
  const { hostname = '' } = URL.parse(queueUrl) ?? {};
  const [, region, legacy] =
    /^(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.(?:amazonaws\.com|api\.aws)(?:\.cn)?$/.exec(hostname) ?? [];
  return region ?? legacy;
}
