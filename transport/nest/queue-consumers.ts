import { type Pump } from '../receive/pump';
import { type Attempts } from '../delivery/attempts';
import { SqsTransport, type TransportStatus } from '../transport';
import { type NamedQueue } from './consumer-options';
import { byName } from './named';

/** A poll is answered within 25 s (20 s long poll and slack); a poller without an answer for longer has died. */
const POLL_AGE_LIMIT_MS = 45_000;

/** How a queue's consumer is, in the form that `@nestjs/terminus` takes from an indicator. */
export interface QueueHealth extends TransportStatus {
  readonly status: 'up' | 'down';
}

/** The consumers of an application's queues, by name. */
export class QueueConsumers {
  private readonly consumers: ReadonlyMap<string, SqsTransport>;

  constructor(
    readonly queues: readonly NamedQueue[],
    attempts: Attempts,
  ) {
    this.consumers = new Map(queues.map(({ name, options }) => [name, new SqsTransport(options, attempts)]));
  }

  /** The consumer of the queue of this name; an application with one queue need not name it. */
  get(name?: string): SqsTransport {
    return byName(this.consumers, name);
  }

  /** ssut's side of each. */
  get pumps(): ReadonlyMap<string, Pump> {
    return new Map([...this.consumers].map(([name, { pump }]) => [name, pump]));
  }

  /** By queue: `up` while it is polled and its last receives were answered. */
  health(): Record<string, QueueHealth> {
    return Object.fromEntries([...this.consumers].map(([name, consumer]) => [name, healthOf(consumer.status())]));
  }

  /** Resolves when every queue has drained. */
  async drain(): Promise<void> {
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.drain()));
  }
}

function healthOf(status: TransportStatus): QueueHealth {
  const { open, stopping, failing, pollAgeMs } = status;
  const up = open && !stopping && !failing && pollAgeMs <= POLL_AGE_LIMIT_MS;
  return { status: up ? 'up' : 'down', ...status };
}
