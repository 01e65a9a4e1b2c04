import { type MessageHandler } from '@nestjs/microservices';
import { type Delivery } from '../delivery/delivery';
import { Rejection } from '../delivery/outcome';
import { type Policy, queuePolicy } from '../delivery/policy';
import { WiringError } from '../sqs/errors';
import { handlerPolicy } from './handler-policy';
import { type ConsumedQueue } from './queue-consumers';

/** A handler as Nest hands it over; `handler.extras` has the options of its decorator. */
export interface RegisteredHandler {
  readonly type: string;
  readonly handler: MessageHandler;
}

/** A handler and its policy. */
interface PolicedHandler {
  readonly handler: MessageHandler;
  readonly policy: Policy;
}

/** The handlers of one queue, one for each type. */
export class QueueHandlers {
  constructor(
    private readonly byType: ReadonlyMap<string, PolicedHandler>,
    readonly defaultType: string | undefined,
    private readonly ofQueue: Policy,
  ) {}

  get types(): Iterable<string> {
    return this.byType.keys();
  }

  /** The queue's own where no handler takes the type. */
  policyOf({ type = this.defaultType }: Pick<Delivery, 'type'>): Policy {
    return (type === undefined ? undefined : this.byType.get(type)?.policy) ?? this.ofQueue;
  }

  /** Throws a `Rejection` for a type or version that no handler takes. */
  handlerFor({ type = this.defaultType, version }: Pick<Delivery, 'type' | 'version'>): MessageHandler {
    if (type === undefined) throw new Rejection('unknown-type', 'The message has no attribute `type`.');
    const handler = this.byType.get(type)?.handler;
    if (!handler) throw new Rejection('unknown-type', 'No handler is registered for the type of this message.');
    const newest = Number(handler.extras?.['version'] ?? 1);
    const asked = Number(version ?? 1);
    if (Number.isInteger(asked) && asked >= 1 && asked <= newest) return handler;
    throw new Rejection('unsupported-version', `The handler understands versions up to ${newest}.`);
  }
}

/**
 * The handlers of each queue. Throws a `WiringError` for anything that would lose messages silently or could not run.
 */
export function handlersByQueue(
  registered: readonly RegisteredHandler[],
  queues: readonly ConsumedQueue[],
): Map<ConsumedQueue, QueueHandlers> {
  const placed = registered.map((handler) => ({ handler, queue: queueOf(handler, queues) }));
  const handlersOf = (queue: ConsumedQueue): RegisteredHandler[] =>
    placed.filter((one) => one.queue === queue).map(({ handler }) => handler);
  return new Map(queues.map((queue) => [queue, queueHandlers(queue, handlersOf(queue))]));
}

/** The queue of a handler: the one it names, or the only one. */
function queueOf({ type, handler }: RegisteredHandler, queues: readonly ConsumedQueue[]): ConsumedQueue {
  if (!handler.isEventHandler)
    throw new WiringError(`'${type}' has a @MessagePattern; a queue has no replies, use @EventPattern.`);
  const named = handler.extras?.['queue'] as string | undefined;
  const queue = named === undefined && queues.length === 1 ? queues[0] : queues.find(({ name }) => name === named);
  if (queue) return queue;
  const names = queues.map(({ name }) => name).join(', ');
  throw new WiringError(
    named === undefined
      ? `@EventPattern('${type}') names no queue: write @EventPattern('${type}', { queue: … }), one of ${names}.`
      : `@EventPattern('${type}') names the queue '${named}', not one of ${names}.`,
  );
}

function queueHandlers(queue: ConsumedQueue, handlers: readonly RegisteredHandler[]): QueueHandlers {
  const { name, defaultType, transport } = queue;
  const ofQueue = queuePolicy(transport.options);
  const policed = handlers.map(({ type, handler }): [string, PolicedHandler] => [
    type,
    { handler, policy: handlerPolicy(type, handler.extras ?? {}, ofQueue) },
  ]);
  const byType = new Map(policed);
  const [first] = handlers;
  if (!first) throw new WiringError(`No controller has an @EventPattern for the queue '${name}'.`);
  const twice = handlers.find(({ type, handler }) => byType.get(type)?.handler !== handler);
  if (twice)
    throw new WiringError(
      `Two handlers have @EventPattern('${twice.type}'); a message has one outcome, so one handler.`,
    );
  if (defaultType !== undefined && !byType.has(defaultType))
    throw new WiringError(
      `No controller has @EventPattern('${defaultType}'), the default type of the queue '${name}'.`,
    );
  return new QueueHandlers(byType, defaultType ?? (byType.size === 1 ? first.type : undefined), ofQueue);
}
