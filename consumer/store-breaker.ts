import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type StoreUnavailable } from '../results/errors';
import { MAX_WAIT_MS } from '../results/patience';
import { WatchedRecords } from '../results/watched';
import { storeCallCounter } from '../service/store-calls';
import { type Counter, Metrics, QueueConsumer } from '../transport/index';

const PAUSE = 'store';

/** The pause between two probes, doubling, with jitter, so that the consumers of a store do not ask it together. */
const PROBE_MS = { first: 250, max: 5_000 };

/** If no write has failed for this long, no handler is still retrying one: retries are at most `MAX_WAIT_MS` apart. */
const QUIET_MS = MAX_WAIT_MS + 1_000;

/**
 * If the breaker opens again sooner than this, probes go on as rarely as before, so that a store that flickers is not
 * asked more often.
 */
const STEADY_MS = 10_000;

const OPEN = {
  name: 'plusone_store_breaker_open',
  help: '1 while no jobs are taken in because the store is unavailable.',
};
const OPENINGS = { name: 'plusone_store_breaker_openings_total', help: 'How often the store was found unavailable.' };

/** How long the store has been unavailable, and what it said. */
export interface Outage {
  readonly seconds: number;
  readonly why: string;
}

/**
 * Pauses receiving while the results store is unavailable. Jobs that run wait under their leases, and no attempt is
 * spent. The first call that fails opens the breaker, since a store fails only after tries of its own (5 s on SQLite's
 * lock, the SDK's retries on DynamoDB). Opening it needlessly costs a quarter of a second. Not opening it would fill
 * the consumer with jobs that all wait. What a poll on its way still brings is given back.
 */
@Injectable()
export class StoreBreaker implements OnModuleDestroy {
  private readonly logger = new Logger('StoreBreaker');
  private readonly stopping = new AbortController();
  private readonly openings: Counter;
  private opened: { readonly at: number; readonly why: string } | undefined;
  private closedAt = -Infinity;
  private waitMs = PROBE_MS.first;
  /**
   * When a write last failed, if none has succeeded since: a store that can only be read (a full disk) is still
   * unavailable.
   */
  private writeFailedAt: number | undefined;

  constructor(
    private readonly records: WatchedRecords,
    private readonly transport: QueueConsumer,
    metrics: Metrics,
  ) {
    this.openings = metrics.counter(OPENINGS);
    metrics.gauge(OPEN, () => (this.opened ? 1 : 0));
    records.onCall(storeCallCounter(metrics));
    records.onCall((call, failure) => {
      if (call === 'write') this.writeFailedAt = failure && performance.now();
      if (failure && !this.opened && !this.stopping.signal.aborted) this.open(failure);
    });
  }

  /** Undefined while the store is available. */
  get outage(): Outage | undefined {
    return this.opened && { seconds: secondsSince(this.opened.at), why: this.opened.why };
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  private open({ message }: StoreUnavailable): void {
    const now = performance.now();
    this.openings.add();
    this.opened = { at: now, why: message };
    if (now - this.closedAt > STEADY_MS) this.waitMs = PROBE_MS.first;
    this.transport.pause(PAUSE);
    this.logger.warn(`No jobs are taken in until the results store is back: ${message}`);
    void this.closeOnceBack(now);
  }

  private async closeOnceBack(openedAt: number): Promise<void> {
    const { signal } = this.stopping;
    do {
      await wait(this.waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.waitMs = Math.min(this.waitMs * 2, PROBE_MS.max);
    } while (!(await this.isBack()));
    this.opened = undefined;
    this.closedAt = performance.now();
    this.transport.resume(PAUSE);
    this.logger.log(`The results store is back after ${secondsSince(openedAt)} s; jobs are taken in again.`);
  }

  private async isBack(): Promise<boolean> {
    try {
      await this.records.probe();
    } catch {
      return false;
    }
    if (this.writeFailedAt === undefined) return true;
    return this.records.writing === 0 && performance.now() - this.writeFailedAt > QUIET_MS;
  }
}

const secondsSince = (at: number): number => Math.round((performance.now() - at) / 100) / 10;
