import { HttpException, HttpStatus, Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { SqsService } from '@ssut/nestjs-sqs';
import { isObservable, lastValueFrom } from 'rxjs';
import { decode } from '../delivery/decode';
import { type Delivery } from '../delivery/delivery';
import { type Run } from '../run/execution';
import { WiringError } from '../sqs/errors';
import { done, errorText, isOutcome, reject, Rejection, retry, type Outcome } from '../delivery/outcome';
import { SqsContext } from './sqs-context';
import { SqsTransport } from '../transport';

/**
 * Nest's side: a delivery becomes a call of the `@EventPattern` handler of its `type`, through pipes, guards,
 * interceptors and filters. Unlike Nest's own event path it awaits the handler and sees its error.
 */
@Injectable()
export class SqsStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('sqs');

  constructor(
    private readonly transport: SqsTransport,
    private readonly ssut: SqsService,
  ) {
    super();
    // Declared as always there, and undefined until Nest or someone sets it.
    this.setOnProcessingEndHook(() => undefined);
  }

  override listen(callback: (error?: unknown) => void): void {
    try {
      this.checkHandlers();
    } catch (error) {
      callback(error);
      return;
    }
    this.transport.start((delivery, run) => this.handle(delivery, run), this.ssut.consumers.values());
    callback();
  }

  override close(): Promise<void> {
    return this.transport.drain();
  }

  override on(): never {
    throw new WiringError('The SQS transport has no events to listen to; use SqsTransport.onSettled.');
  }

  override unwrap(): never {
    throw new WiringError('The SQS transport has no single native server.');
  }

  /** Exactly one event handler for each type the queue carries; anything else would lose messages quietly. */
  private checkHandlers(): void {
    const { types } = this.transport.options;
    for (const type of types) {
      const handler = this.messageHandlers.get(type);
      if (!handler) throw new WiringError(`No controller has @EventPattern('${type}'), which the queue carries.`);
      if (handler.next)
        throw new WiringError(`Two handlers have @EventPattern('${type}'); a message has one outcome, so one handler.`);
      if (!handler.isEventHandler)
        throw new WiringError(`'${type}' has a @MessagePattern; a queue has no replies, use @EventPattern.`);
    }
    for (const pattern of this.messageHandlers.keys()) {
      if (!types.includes(pattern))
        throw new WiringError(`@EventPattern('${pattern}') is not among the queue's types: ${types.join(', ')}.`);
    }
  }

  private async handle(delivery: Delivery, run: Run): Promise<Outcome> {
    try {
      const handler = this.handlerFor(delivery);
      return await this.call(handler, decode(delivery.body), new SqsContext([delivery, run]));
    } catch (error) {
      return outcomeOf(error);
    }
  }

  private handlerFor({ type, version }: Delivery): MessageHandler {
    const handler = this.messageHandlers.get(type ?? this.transport.options.defaultType);
    if (!handler) throw new Rejection('unknown-type', 'No handler is registered for the type of this message.');
    const newest = Number(handler.extras?.['version'] ?? 1);
    const asked = Number(version ?? 1);
    if (Number.isInteger(asked) && asked >= 1 && asked <= newest) return handler;
    throw new Rejection('unsupported-version', `The handler understands versions up to ${newest}.`);
  }

  private call(handler: MessageHandler, payload: unknown, context: SqsContext): Promise<Outcome> {
    return new Promise((resolve) => {
      this.onProcessingStartHook(this.transportId, context, async () => {
        resolve(await answerOf(handler, payload, context));
        this.onProcessingEndHook(this.transportId, context);
      });
    });
  }
}

/** Awaits the handler, and of an Observable its last value; an empty one is an answer too. */
async function answerOf(handler: MessageHandler, payload: unknown, context: SqsContext): Promise<Outcome> {
  try {
    const returned: unknown = await handler(payload, context);
    const answer = isObservable(returned) ? await lastValueFrom(returned, { defaultValue: undefined }) : returned;
    return isOutcome(answer) ? answer : done();
  } catch (error) {
    return outcomeOf(error);
  }
}

/** What will be the same next time: answers 400 and 422 of the pipes that validate. */
const PERMANENT: readonly number[] = [HttpStatus.BAD_REQUEST, HttpStatus.UNPROCESSABLE_ENTITY];

/** What would be the same next time is rejected; anything else thrown is a failed run. */
function outcomeOf(error: unknown): Outcome {
  if (error instanceof Rejection) return reject(error.reason, error.message);
  if (error instanceof HttpException && PERMANENT.includes(error.getStatus())) {
    return reject('invalid', errorText(error));
  }
  return retry(errorText(error));
}
