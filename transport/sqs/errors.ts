import { errorText } from '../delivery/error-text';

/** The queue did not take the message, or its answer is unknown. Nothing is promised; the caller sends again. */
export class QueueUnavailable extends Error {
  override readonly name = 'QueueUnavailable';
  readonly code = 'QUEUE_UNAVAILABLE';
  /** The code with which SQS refused the call, such as `ExpiredToken`; undefined if nothing answered. */
  readonly refusal: string | undefined;
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.refusal = refusalOf(options?.cause);
  }
}

/** SQS refused the message itself; sending it again will not help. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
  readonly code = 'MESSAGE_REFUSED';
}

/** The application is wired wrongly; the process must not start. */
export class WiringError extends Error {
  override readonly name = 'WiringError';
  readonly code = 'WIRING';
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** An SQS error has the status of its answer; sqs-consumer passes it on under another name. */
function statusOf(error: object): unknown {
  if ('$metadata' in error && isObject(error.$metadata) && 'httpStatusCode' in error.$metadata)
    return error.$metadata.httpStatusCode;
  return 'statusCode' in error ? error.statusCode : undefined;
}

/**
 * The code with which a call was refused, such as `ExpiredToken`, or why it could not be signed; undefined if nothing
 * answered.
 */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const name = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return typeof statusOf(error) === 'number' || name === 'CredentialsProviderError' ? name : undefined;
}

/** What is wrong with the queue, in a sentence. */
export const queueFault = (error: unknown): string =>
  refusalOf(error) === undefined ? 'The queue does not answer.' : `The queue cannot be used: ${errorText(error)}`;
