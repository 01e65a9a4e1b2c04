import { type MessageHandler } from '@nestjs/microservices';
import { type Delivery } from '../delivery/delivery';
import { Rejection } from '../delivery/outcome';
import { WiringError } from '../sqs/errors';
import { type NamedQueue } from './consumer-options';

/** A handler as Nest hands it over; `extras` is what stands behind the pattern. */
export interface RegisteredHandler {
  readonly type: string;
  readonly handler: MessageHandler;
}

/** The handlers of one queue, one for each type. */
export class QueueHandlers {
  constructor(
    private readonly byType: ReadonlyMap<string, MessageHandler>,
    private readonly defaultType: string | undefined,
  ) {}

  /** Throws a `Rejection` for a type or version that no handler takes. */
  handlerFor({ type = this.defaultType, version }: Pick<Delivery, 'type' | 'version'>): MessageHandler {
    if (type === undefined) throw new Rejection('unknown-type', 'The message has no attribute `type`.');
    const handler = this.byType.get(type);
    if (!handler) throw new Rejection('unknown-type', 'No handler is registered for the type of this message.');
    const newest = Number(handler.extras?.['version'] ?? 1);
    const asked = Number(version ?? 1);
    if (Number.isInteger(asked) && asked >= 1 && asked <= newest) return handler;
    throw new Rejection('unsupported-version', `The handler understands versions up to ${newest}.`);
  }
}

type Names = Pick<NamedQueue, 'name' | 'defaultType'>;

/** By queue. Throws a `WiringError` for whatever would lose messages quietly. */
export function handlersByQueue(
  registered: readonly RegisteredHandler[],
  queues: readonly Names[],
): Map<string, QueueHandlers> {
  const found = new Map(queues.map(({ name }) => [name, new Map<string, MessageHandler>()]));
  for (const { type, handler } of registered) {
    const byType = typesOfQueue(type, handler, found);
    if (!handler.isEventHandler)
      throw new WiringError(`'${type}' has a @MessagePattern; a queue has no replies, use @EventPattern.`);
    if (byType.has(type))
      throw new WiringError(`Two handlers have @EventPattern('${type}'); a message has one outcome, so one handler.`);
    byType.set(type, handler);
  }
  return new Map(queues.map((queue) => [queue.name, handlersOf(queue, found.get(queue.name) ?? new Map())]));
}

/** Where a handler belongs: to the queue that it names, or to the only one. */
function typesOfQueue(
  type: string,
  { extras }: MessageHandler,
  found: ReadonlyMap<string, Map<string, MessageHandler>>,
): Map<string, MessageHandler> {
  const named = extras?.['queue'] as string | undefined;
  const [only] = found.values();
  if (named === undefined && found.size === 1 && only) return only;
  const names = [...found.keys()].join(', ');
  if (named === undefined)
    throw new WiringError(
      `@EventPattern('${type}') names no queue: write @EventPattern('${type}', { queue: … }), one of ${names}.`,
    );
  const byType = found.get(named);
  if (!byType) throw new WiringError(`@EventPattern('${type}') names the queue '${named}', not one of ${names}.`);
  return byType;
}

function handlersOf({ name, defaultType }: Names, byType: ReadonlyMap<string, MessageHandler>): QueueHandlers {
  const [first, ...others] = byType.keys();
  if (first === undefined) throw new WiringError(`No controller has an @EventPattern for the queue '${name}'.`);
  if (defaultType !== undefined && !byType.has(defaultType))
    throw new WiringError(
      `No controller has @EventPattern('${defaultType}'), the default type of the queue '${name}'.`,
    );
  return new QueueHandlers(byType, defaultType ?? (others.length === 0 ? first : undefined));
}
