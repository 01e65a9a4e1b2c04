import { type FactoryProvider, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnusable } from '../results/errors';
import { type Note } from '../results/notes';
import { pausedBy, type Paused } from '../results/pauses';
import { RECORDS, type Records } from '../results/records';
import { errorText, Metrics, QueueConsumer } from '../transport/index';

const PAUSE = 'operator';

/** How often the note is read. The transport begins what is here for 2 s more, so nothing begins after 5 s. */
const READ_EVERY_MS = 2_000;

const PAUSED = { name: 'plusone_paused', help: '1 while operators have paused the consumers of the queue.' };

/**
 * Begins nothing while operators have left a note that pauses consumers. What runs goes on. A consumer that starts
 * waits for its first look at the store. While the store cannot be read, nothing changes; one that never had the right
 * to read notes goes on as if there were none.
 */
export class PauseWatch implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('PauseWatch');
  private readonly stopping = new AbortController();
  /** Who paused the consumers, and why; undefined while nobody has. */
  paused: Paused | undefined;
  /** Whether the note has been read, or may not be read at all. */
  private known = false;
  /** Why notes cannot be read, once the log says so: no answer, or no right to read them. */
  private unreadable: 'unavailable' | 'unusable' | undefined;
  private watching: Promise<void> | undefined;

  constructor(
    private readonly read: () => Promise<Note | undefined>,
    private readonly transport: QueueConsumer,
    metrics: Metrics,
  ) {
    metrics.gauge(PAUSED, () => (this.paused ? 1 : 0));
  }

  /** Watches the note of this queue's consumers. */
  static of(queue: string): FactoryProvider<PauseWatch> {
    return {
      provide: PauseWatch,
      inject: [RECORDS, QueueConsumer, Metrics],
      useFactory: ({ notes }: Records, transport: QueueConsumer, metrics: Metrics) =>
        new PauseWatch(() => notes.get('pause', queue), transport, metrics),
    };
  }

  onModuleInit(): void {
    this.transport.pause(PAUSE);
    this.watching = this.watch();
  }

  onModuleDestroy(): Promise<void> | undefined {
    this.stopping.abort();
    return this.watching;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.look();
      await wait(READ_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<void> {
    try {
      const note = await this.read();
      this.take(note && pausedBy(note));
      this.unreadable = undefined;
    } catch (error) {
      const fault = error instanceof StoreUnusable ? 'unusable' : 'unavailable';
      if (fault === 'unusable' && !this.known) this.take(undefined);
      if (this.unreadable === fault || this.stopping.signal.aborted) return;
      this.unreadable = fault;
      const stays = this.known ? (this.paused ? 'it stays paused' : 'it goes on') : 'nothing is begun until it can';
      this.logger.warn(`Whether the consumer is paused cannot be read, and ${stays}: ${errorText(error)}`);
    }
  }

  private take(paused: Paused | undefined): void {
    const [was, wasKnown] = [this.paused, this.known];
    this.paused = paused;
    this.known = true;
    if (paused && !was) {
      const { who, why } = paused;
      this.transport.pause(PAUSE);
      this.logger.warn(`Paused by ${who}${why === undefined ? '' : `: ${why}`}. Nothing is begun; what runs goes on.`);
    } else if (!paused && (was || !wasKnown)) {
      this.transport.resume(PAUSE);
      if (was) this.logger.log('Resumed: jobs are taken in again.');
    }
  }
}
