import { refusalOf } from './queue-fault';

/** Base of what the transport throws: a stable code, the facts as fields, a sentence that says what to do. */
abstract class TransportError extends Error {
  abstract readonly code: string;
}

/** The queue did not take the message, or its answer is unknown. Nothing is promised; the caller sends again. */
export class QueueUnavailable extends TransportError {
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
export class MessageRefused extends TransportError {
  override readonly name = 'MessageRefused';
  readonly code = 'MESSAGE_REFUSED';
}

/** The application is wired wrongly; the process must not start. */
export class WiringError extends TransportError {
  override readonly name = 'WiringError';
  readonly code = 'WIRING';
}
