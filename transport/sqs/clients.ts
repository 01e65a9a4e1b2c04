import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import { hash } from 'node:crypto';

export interface ClientOptions {
  /** Undefined: as the SDK finds it, from `AWS_REGION` or the profile. */
  readonly region?: string | undefined;
  /** Undefined for AWS itself. */
  readonly endpoint?: string | undefined;
}

/** Seconds by which an answer to a long poll may be late before the poll counts as lost. */
const POLL_SLACK_SECONDS = 5;

const CONNECT_MS = 1_000;

/** The SDKs for Java and Go keep idle connections for 60 and 90 s. */
const IDLE_MS = 60_000;

/**
 * For sends, deletes and visibility. A silent endpoint costs a call at most about 10 s: two tries of at most 1 s to
 * connect and 3 s to answer, each of which undici may notice half a second late.
 */
export function createWorkClient(options: ClientOptions): SQSClient {
  return createClient(options, { maxAttempts: 2, requestHandler: httpHandler(3_000) });
}

/** For long polls: each parks a socket for up to `waitSeconds`, so they have a client of their own. The pump backs off, not the SDK. */
export function createPollClient(options: ClientOptions, pollers: number, waitSeconds: number): SQSClient {
  const requestHandler = httpHandler((waitSeconds + POLL_SLACK_SECONDS) * 1_000, Math.max(1, pollers));
  return createClient(options, { maxAttempts: 1, requestHandler });
}

/** Over undici a call takes a fifth less CPU than over `node:http`: decision 8. */
function httpHandler(answerMs: number, connections = 50): UndiciHttpHandler {
  return new UndiciHttpHandler({
    dispatcher: {
      connections,
      connect: { timeout: CONNECT_MS },
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      keepAliveTimeout: IDLE_MS,
    },
  });
}

function createClient({ region, endpoint }: ClientOptions, config: SQSClientConfig): SQSClient {
  const client = new SQSClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    // An emulator's queue URL may name a host that only it can resolve.
    useQueueUrlAsEndpoint: endpoint === undefined,
    md5: Md5,
    ...config,
  });
  makeLean(client);
  retryBrokenAnswers(client);
  return client;
}

/** The handler calls an error by a name that the SDK tries again only until the answer's headers are there. */
function retryBrokenAnswers({ middlewareStack }: SQSClient): void {
  middlewareStack.add(
    (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        if (error instanceof Error && 'code' in error && BROKEN.has(error.code)) error.name = 'TimeoutError';
        throw error;
      }
    },
    { name: 'brokenAnswers', step: 'deserialize', priority: 'high' },
  );
}

/** What the SDK checks bodies by; its own makes a stream of each. */
class Md5 {
  private data: Uint8Array = new Uint8Array();

  update(data: Uint8Array): void {
    this.data = data;
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(hash('md5', this.data, 'buffer'));
  }

  reset(): void {
    this.data = new Uint8Array();
  }
}

const BROKEN: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT']);

/** As the call has it by then. */
interface HttpCall {
  readonly request: { readonly headers: Record<string, string> };
}

/**
 * Without a logger the SDK still makes a copy of each call and its answer for one, and it composes its long user agent
 * anew for each call: a twentieth of what a job costs each.
 */
function makeLean({ middlewareStack }: SQSClient): void {
  middlewareStack.remove('loggerMiddleware');
  middlewareStack.remove('getUserAgentMiddleware');
  middlewareStack.add(
    (next) => (call) => {
      (call as HttpCall).request.headers['user-agent'] = 'nestjs-sqs';
      return next(call);
    },
    { name: 'userAgent', step: 'build' },
  );
}
