import { type Attempts } from '../delivery/attempts';
import { type QueueConsumer, type QueueStatus } from '../queue-consumer';
import { SqsTransport } from '../transport';
import { type ConsumerOptions, completeOptions } from './consumer-options';
import { byName } from './named';

/** A queue of the application, with what consumes it. */
export interface ConsumedQueue {
  readonly name: string;
  readonly defaultType: string | undefined;
  readonly transport: SqsTransport;
}

/** Token of the `ConsumedQueue`s, for the parts of this package. */
export const QUEUES = Symbol('queues');

export function openQueues(options: ConsumerOptions, attempts: Attempts): ConsumedQueue[] {
  return completeOptions(options).map(({ name, defaultType, options: complete }) => ({
    name,
    defaultType,
    transport: new SqsTransport(complete, attempts),
  }));
}

/** The health of a queue's consumer, in the form of an indicator of `@nestjs/terminus`. */
export interface QueueHealth extends QueueStatus {
  readonly status: 'up' | 'down';
}

/** The consumers of an application's queues, by name. */
export class QueueConsumers {
  private readonly consumers: ReadonlyMap<string, QueueConsumer>;

  constructor(queues: readonly { readonly name: string; readonly transport: QueueConsumer }[]) {
    this.consumers = new Map(queues.map(({ name, transport }) => [name, transport]));
  }

  /** The consumer of the queue of this name; an application with one queue need not name it. */
  get(name?: string): QueueConsumer {
    return byName(this.consumers, name);
  }

  /**
   * For each queue: `up` while it is polled, its last receives were answered, and the dead-letter queue accepts
   * letters.
   */
  health(): Record<string, QueueHealth> {
    return Object.fromEntries([...this.consumers].map(([name, consumer]) => [name, healthOf(consumer.status())]));
  }

  /** Resolves when every queue has drained. */
  async drain(): Promise<void> {
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.drain()));
  }
}

function healthOf(status: QueueStatus): QueueHealth {
  const { open, stopping, failing, hung, deadLettersRefused } = status;
  const up = open && !stopping && !failing && !hung && deadLettersRefused === 0;
  return { status: up ? 'up' : 'down', ...status };
}
