import { EventPattern } from '@nestjs/microservices';
import { type PolicyOptions } from './handler-policy';

/** Says that a handler is for queues and for no other transport of the application. */
export const SQS_TRANSPORT = Symbol('sqs');

export interface QueueHandlerOptions extends PolicyOptions {
  /** Needed if the application has several queues. */
  readonly queue?: string;
  /** The newest version that the handler understands. Default 1. */
  readonly version?: number;
}

/**
 * Nest's `@EventPattern` with typed options, for queues alone. `@EventPattern(type, options)` does the same; under Nest
 * 12 its type refuses a handler that takes a context.
 */
export const QueueHandler = (type: string, options: QueueHandlerOptions = {}): MethodDecorator =>
  EventPattern(type, SQS_TRANSPORT, options);
