import { setTimeout as wait } from 'node:timers/promises';
import { type Delivery } from '../delivery/delivery';
import { Engine, type EngineParts } from '../run/engine';
import { type Gate } from '../receive/poll-gate';
import { ReportedSettlement } from './reported-settlement';
import { Room } from '../run/room';
import { type Handle } from '../run/runs';
import { type Settlement } from '../settle/settlement';

/** Of the time that an event has: for handlers to heed the signal, and for what is left to be given back. */
const RESERVE_MS = 3_000;

/** While receiving is paused an event waits this long at most: to fail it sooner would keep no one busy, later costs. */
const MOST_PAUSE_MS = 10_000;

/** The event was not taken in: all of it comes again. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

interface Parts extends Pick<EngineParts, 'deadLetters' | 'attempts' | 'numbers' | 'settled' | 'concurrency'> {
  readonly settlement: Settlement;
  readonly gate: Gate;
}

/** Nothing extends a lease: the queue's visibility timeout is longer than an event may take. */
const NO_HEARTBEATS: EngineParts['heartbeats'] = {
  visibilitySeconds: () => 0,
  add: () => undefined,
  remove: () => undefined,
};

/**
 * Where deliveries come in that someone else received, and will delete: Lambda's event source. Each event passes
 * through an engine of its own, which ends when the event's time does.
 */
export class EventIntake {
  private readonly events = new Set<Promise<unknown>>();

  constructor(
    private readonly parts: Parts,
    private readonly handle: Handle,
  ) {}

  /**
   * Resolves, before `deadline` (milliseconds since the epoch), to the MessageIds of what is not done and must be
   * delivered again. Rejects with `EventRefused` when receiving is paused or over: then nothing was begun.
   */
  async take(deliveries: readonly Delivery[], deadline: number): Promise<string[]> {
    const taking = this.takeIn(deliveries, deadline);
    this.events.add(taking);
    return taking.finally(() => this.events.delete(taking));
  }

  /** Resolves when every event taken in has its answer. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.events);
  }

  private async takeIn(deliveries: readonly Delivery[], deadline: number): Promise<string[]> {
    await this.passGate(deadline);
    const { settlement, concurrency, deadLetters, attempts, numbers, settled } = this.parts;
    const report = new ReportedSettlement(settlement);
    const room = new Room(concurrency);
    const engine = new Engine(
      {
        settlement: report,
        heartbeats: NO_HEARTBEATS,
        room,
        concurrency,
        deadLetters,
        attempts,
        numbers,
        settled,
        holdsGroups: false,
      },
      this.handle,
    );
    const left = deadline - Date.now();
    const until = Date.now() + left - Math.min(RESERVE_MS, left / 4);
    const over = setTimeout(() => {
      room.close(new Error('The time of the event is over.'));
    }, until - Date.now());
    await admitAll(deliveries, engine, room).catch(() => undefined);
    clearTimeout(over);
    await engine.idleWithin(Math.max(0, until - Date.now()));
    await engine.drain(0);
    return report.notDone(deliveries);
  }

  private async passGate(deadline: number): Promise<void> {
    const { gate } = this.parts;
    const patience = new AbortController();
    const waitMs = Math.max(0, Math.min(MOST_PAUSE_MS, (deadline - Date.now()) / 2));
    const refuse = async (): Promise<never> => {
      await wait(waitMs, undefined, { signal: patience.signal });
      throw new EventRefused(
        `No jobs are taken in now: ${gate.pauseReasons.join(', ') || 'the consumer is stopping'}.`,
      );
    };
    try {
      await Promise.race([gate.pass(0), refuse()]);
    } finally {
      patience.abort();
    }
  }
}

/** In their order, as there is room; rejects when there is to be no more. */
async function admitAll(deliveries: readonly Delivery[], engine: Engine, room: Room): Promise<void> {
  for (let next = 0; next < deliveries.length;) {
    const count = await room.acquire();
    const some = deliveries.slice(next, next + count);
    room.release(count - some.length);
    for (const delivery of some) engine.admit(delivery);
    next += count;
  }
}
