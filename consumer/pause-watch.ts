import { type FactoryProvider, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type Note } from '../results/notes';
import { RECORDS, type Records } from '../results/records';
import { errorText, Metrics, QueueConsumer } from '../transport/index';

const PAUSE = 'operator';

/** With the two seconds in which the transport still begins what is here, nothing begins after five. */
const READ_EVERY_MS = 2_000;

const PAUSED = { name: 'plusone_paused', help: '1 while operators have paused the consumers of the queue.' };

/** Why and since when operators have paused the consumers. */
export interface Paused {
  /** ISO 8601. */
  readonly at: string;
  readonly why?: string;
}

/**
 * Begins nothing while operators have left a note that pauses consumers. What runs goes on. A consumer that starts
 * waits for its first look at the store. While the store cannot be read, nothing changes.
 */
export class PauseWatch implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('PauseWatch');
  private readonly stopping = new AbortController();
  private note: Note | undefined;
  private known = false;
  private unreadable = false;
  private watching: Promise<void> | undefined;

  constructor(
    private readonly read: () => Promise<Note | undefined>,
    private readonly transport: QueueConsumer,
    metrics: Metrics,
  ) {
    metrics.gauge(PAUSED, () => (this.note ? 1 : 0));
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

  /** Undefined while they have not. */
  get paused(): Paused | undefined {
    if (!this.note) return undefined;
    const { why } = saidIn(this.note);
    return { at: new Date(this.note.at).toISOString(), ...(why !== undefined && { why }) };
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
      this.take(await this.read());
      this.unreadable = false;
    } catch (error) {
      if (this.unreadable || this.stopping.signal.aborted) return;
      this.unreadable = true;
      const stays = this.known ? (this.note ? 'it stays paused' : 'it goes on') : 'nothing is begun until it can';
      this.logger.warn(`Whether the consumer is paused cannot be read, and ${stays}: ${errorText(error)}`);
    }
  }

  private take(note: Note | undefined): void {
    const [was, wasKnown] = [this.note, this.known];
    this.note = note;
    this.known = true;
    if (note && !was) {
      const { who = 'an operator', why } = saidIn(note);
      this.transport.pause(PAUSE);
      this.logger.warn(`Paused by ${who}${why === undefined ? '' : `: ${why}`}. Nothing is begun; what runs goes on.`);
    } else if (!note && (was || !wasKnown)) {
      this.transport.resume(PAUSE);
      if (was) this.logger.log('Resumed: jobs are taken in again.');
    }
  }
}

/** Reads a note; one of any form pauses. */
function saidIn({ value }: Note): { readonly who?: string; readonly why?: string } {
  const { who, why } = Object(value) as Readonly<Record<string, unknown>>;
  return { ...(typeof who === 'string' && { who }), ...(typeof why === 'string' && { why }) };
}
