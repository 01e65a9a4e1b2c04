import { type AwsClient, type Send } from './client';
import { type CallShape, readJson, writeJson } from './shape';

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
}

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body?: unknown;
}

interface Call {
  readonly input: object;
  readonly request: HttpRequest;
}

/** What follows a step of the SDK's middleware. */
type Next = (call: Call) => Promise<{ readonly response: HttpResponse; readonly output: object }>;

/** A client of the SDK, with what its own middleware works with. */
export interface SdkClient extends AwsClient {
  readonly config: AwsClient['config'] & {
    signer: (scheme: unknown) => Promise<unknown>;
    readonly logger: object;
    readonly requestHandler: {
      handle(
        request: HttpRequest,
        options: { readonly abortSignal?: AbortSignal },
      ): Promise<{ response: HttpResponse }>;
    };
    readonly streamCollector: (body: unknown) => Promise<Uint8Array>;
  };
  readonly send: Send;
}

/** A command of the SDK. */
export interface SdkCommand {
  readonly input: { readonly QueueUrl?: string };
  readonly middlewareStack: Stack;
}

/** The context of a call. Every step of the middleware gets it. */
interface Context {
  readonly __smithy_context: { abortSignal?: AbortSignal | undefined };
}

/** The middleware of a command, as far as it is used here. Every step has the same shape. */
interface Stack {
  add(middleware: (next: Next, context: Context) => Next, options: object): void;
  addRelativeTo(middleware: (next: Next) => Next, options: object): void;
}

/**
 * Carries calls of one kind to one queue, one at a time. The first goes through the SDK's whole middleware. Later calls
 * differ from it by their body alone, and join where the first was ready to be signed. From there on tries, signature,
 * clock and errors are the SDK's.
 */
export class Lane {
  private learned: { readonly next: Next; readonly context: Context; readonly request: HttpRequest } | undefined;
  private signal: AbortSignal | undefined;
  /** An answer that the SDK is to read. */
  private unread: HttpResponse | undefined;

  constructor(
    private readonly client: SdkClient,
    private readonly shape: CallShape,
  ) {}

  async send(command: SdkCommand, signal: AbortSignal | undefined): Promise<unknown> {
    this.signal = signal;
    if (!this.learned) return this.learn(command);
    const { next, context, request } = this.learned;
    context.__smithy_context.abortSignal = signal;
    const body = writeJson(this.shape.takes, command.input);
    const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(body)) };
    return (await next({ input: command.input, request: { ...request, headers, body } as HttpRequest })).output;
  }

  private learn({ constructor, input }: SdkCommand): Promise<unknown> {
    const command = new (constructor as new (input: object) => SdkCommand)(input);
    const stack = command.middlewareStack;
    stack.add(this.keep, { step: 'build', priority: 'low', name: 'keep' });
    stack.addRelativeTo(this.exchange, { relation: 'after', toMiddleware: 'httpSigningMiddleware', name: 'exchange' });
    stack.add(this.handOver, { step: 'deserialize', priority: 'low', name: 'handOver' });
    return this.client.send(command, { ...(this.signal && { abortSignal: this.signal }) });
  }

  /**
   * Keeps the request before it is signed. One with the trace of an invocation in it is not kept: no other may use it.
   */
  private readonly keep = (next: Next, context: Context): Next => {
    return (call) => {
      const { headers } = call.request;
      if (!('X-Amzn-Trace-Id' in headers))
        this.learned = { next, context, request: { ...call.request, headers: { ...headers } } };
      return next(call);
    };
  };

  /** Sends the signed request and reads a plain 200 itself. The SDK reads everything else. */
  private readonly exchange = (readBySdk: Next): Next => {
    const { requestHandler, streamCollector } = this.client.config;
    return async (call) => {
      const { response } = await requestHandler.handle(call.request, {
        ...(this.signal && { abortSignal: this.signal }),
      });
      const bytes = response.body instanceof Uint8Array ? response.body : await streamCollector(response.body);
      response.body = bytes;
      const answer = response.statusCode === 200 ? readJson(this.shape.answers, bytes) : undefined;
      if (answer) return { response, output: { ...answer, $metadata: metadataOf(response) } };
      this.unread = response;
      return readBySdk(call);
    };
  };

  private readonly handOver = (next: Next): Next => {
    return (call) => {
      const response = this.unread;
      this.unread = undefined;
      return response ? Promise.resolve({ response, output: {} }) : next(call);
    };
  };
}

const metadataOf = ({ statusCode, headers }: HttpResponse): object => ({
  httpStatusCode: statusCode,
  requestId: headers['x-amzn-requestid'] ?? headers['x-amzn-request-id'] ?? headers['x-amz-request-id'],
  extendedRequestId: headers['x-amz-id-2'],
  cfId: headers['x-amz-cf-id'],
});
