import { HttpException, HttpStatus, Inject, Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { SqsService } from '@ssut/nestjs-sqs';
import { isObservable, lastValueFrom } from 'rxjs';
import { decode } from '../delivery/decode';
import { type Delivery } from '../delivery/delivery';
import { errorText } from '../delivery/error-text';
import { type Handle, type Handlers, type Run } from '../delivery/handler';
import { WiringError } from '../sqs/errors';
import { done, isOutcome, outcomeOfThrown, type Outcome } from '../delivery/outcome';
import { SqsContext } from './sqs-context';
import { handlersByQueue, type QueueHandlers, type RegisteredHandler } from './handlers';
import { type ConsumedQueue, QUEUES } from './queue-consumers';
import { SQS_TRANSPORT } from './queue-handler';
import { stopPolling } from './ssut';

/**
 * Nest's side, for all queues: a delivery becomes a call of the `@EventPattern` handler of its queue and `type`,
 * through pipes, guards, interceptors and filters. Unlike Nest's own event path it awaits the handler and sees its
 * error.
 */
@Injectable()
export class SqsStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = SQS_TRANSPORT;
  private readonly registered: RegisteredHandler[] = [];

  constructor(
    @Inject(QUEUES) private readonly queues: readonly ConsumedQueue[],
    private readonly ssut: SqsService,
  ) {
    super();
    // Nest's type says that this hook is always there, but it is undefined until it is set.
    this.setOnProcessingEndHook(() => undefined);
  }

  /** Whether Nest has handed over the handlers. */
  get isConnected(): boolean {
    return this.registered.length > 0;
  }

  /** Keeps handlers by queue. Nest's own list would chain handlers of the same pattern and run all of them. */
  override addHandler(
    ...[pattern, handler, isEventHandler = false, extras = {}]: Parameters<Server['addHandler']>
  ): void {
    handler.isEventHandler = isEventHandler;
    handler.extras = extras;
    this.registered.push({ type: this.normalizePattern(pattern as string), handler });
  }

  override listen(callback: (error?: unknown) => void): void {
    try {
      this.start();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  override async close(): Promise<void> {
    await Promise.all(this.queues.map(({ transport }) => transport.drain()));
  }

  override on(): never {
    throw new WiringError('The SQS transport has no events to listen to; use QueueConsumers.get().onSettled.');
  }

  override unwrap(): never {
    throw new WiringError('The SQS transport has no single native server.');
  }

  private start(): void {
    for (const [queue, handlers] of handlersByQueue(this.registered, this.queues)) {
      const handle: Handle = (delivery, run) => this.handle(handlers, delivery, run);
      const policyOf: Handlers['policyOf'] = (delivery) => handlers.policyOf(delivery);
      const { defaultType, types } = handlers;
      queue.transport.start({ handle, policyOf, defaultType, types }, () => {
        stopPolling(queue, this.ssut);
      });
    }
  }

  private handle(handlers: QueueHandlers, delivery: Delivery, run: Run): Promise<Outcome> {
    const context = new SqsContext([delivery, run]);
    return new Promise<Outcome>((resolve, reject) => {
      const work = async (): Promise<void> => {
        resolve(await answerOf(handlers, delivery, context));
        this.processingEnded(context);
      };
      // An application's hook may be async, which Nest's type does not say.
      const startHook = this.onProcessingStartHook as (...args: readonly unknown[]) => unknown;
      const started = startHook(this.transportId, context, work);
      if (started instanceof Promise) started.catch(reject);
    }).catch(outcomeOf);
  }

  /** The run has its outcome by then. */
  private processingEnded(context: SqsContext): void {
    try {
      this.onProcessingEndHook(this.transportId, context);
    } catch (error) {
      this.logger.error(`The hook for the end of processing failed: ${errorText(error)}`);
    }
  }
}

/** Awaits the handler, and the last value of an Observable. An empty Observable is an answer too. */
async function answerOf(handlers: QueueHandlers, delivery: Delivery, context: SqsContext): Promise<Outcome> {
  try {
    const handler = handlers.handlerFor(delivery);
    const returned: unknown = await handler(decode(delivery.body), context);
    const answer = isObservable(returned) ? await lastValueFrom(returned, { defaultValue: undefined }) : returned;
    return isOutcome(answer) ? answer : done();
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The statuses of validation pipes, 400 and 422: the next run would fail alike. */
const PERMANENT: readonly number[] = [HttpStatus.BAD_REQUEST, HttpStatus.UNPROCESSABLE_ENTITY];

const outcomeOf = (error: unknown): Outcome =>
  outcomeOfThrown(error, () => error instanceof HttpException && PERMANENT.includes(error.getStatus()));
