import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';

export interface ClientOptions {
  readonly region: string;
  /** Undefined for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Seconds by which an answer to a long poll may be late before the poll counts as lost. */
const POLL_SLACK_SECONDS = 5;

/**
 * For sends, deletes and visibility. A silent endpoint costs a call at most about 7 s:
 * two tries of at most 1 s to connect and 3 s to answer; without `throwOnRequestTimeout` the SDK waits minutes.
 */
export function createWorkClient({ region, endpoint }: ClientOptions): SQSClient {
  return lean({
    region,
    ...(endpoint !== undefined && { endpoint }),
    // An emulator's queue URL may name a host that only it can resolve.
    useQueueUrlAsEndpoint: endpoint === undefined,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });
}

/** For long polls: each parks a socket for up to `waitSeconds`, so they have a client of their own. The pump backs off, not the SDK. */
export function createPollClient({ region, endpoint }: ClientOptions, pollers: number, waitSeconds: number): SQSClient {
  return lean({
    region,
    ...(endpoint !== undefined && { endpoint }),
    useQueueUrlAsEndpoint: endpoint === undefined,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: (waitSeconds + POLL_SLACK_SECONDS) * 1_000,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: pollers },
      httpAgent: { maxSockets: pollers },
    },
  });
}

/** As the call has it by then. */
interface HttpCall {
  readonly request: { readonly headers: Record<string, string> };
}

/**
 * Without a logger the SDK still makes a copy of each call and its answer for one, and it composes its long user agent
 * anew for each call: a twentieth of what a job costs each.
 */
function lean(options: SQSClientConfig): SQSClient {
  const client = new SQSClient(options);
  client.middlewareStack.remove('loggerMiddleware');
  client.middlewareStack.remove('getUserAgentMiddleware');
  client.middlewareStack.add(
    (next) => (call) => {
      (call as HttpCall).request.headers['user-agent'] = 'plusone';
      return next(call);
    },
    { name: 'userAgent', step: 'build' },
  );
  return client;
}
