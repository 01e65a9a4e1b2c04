import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type StoreUnavailable } from '../results/errors';
import { MOST_WAIT_MS } from '../results/patience';
import { WatchedRecords } from '../results/watched';
import { storeCallCounter } from '../service/store-calls';
import { type Counter, Metrics, QueueConsumer } from '../transport/index';

const PAUSE = 'store';

/** Between two probes: 0.25 s doubling to 5 s, with jitter, so that the consumers of a store do not ask it together. */
const PROBE_MS = { first: 250, most: 5_000 };

/** Without a write that failed for so long, nobody waits to write any more: who does tries again sooner. */
const QUIET_MS = MOST_WAIT_MS + 1_000;

/** Opened again sooner than this, it goes on with the waits it had: a store that flickers is not asked more often. */
const STEADY_MS = 10_000;

const OPEN = {
  name: 'plusone_store_breaker_open',
  help: '1 while no jobs are taken in because the store is unavailable.',
};
const OPENINGS = { name: 'plusone_store_breaker_openings_total', help: 'How often the store was found unavailable.' };
/** How the store is away: since when, and what it said. */
export interface Away {
  readonly seconds: number;
  readonly why: string;
}

/**
 * Takes no new jobs in while the results store is away; those that run wait under their leases, and no attempt and no
 * receive is spent. The first call that fails opens it: a store says so only after tries of its own (5 s on SQLite's
 * lock, the SDK's retries on DynamoDB), to open it in vain costs a quarter of a second, and not to open it would take
 * in as many jobs as there is room for, which all wait. Jobs taken in by a poll already on its way wait with the others.
 */
@Injectable()
export class StoreBreaker implements OnModuleDestroy {
  private readonly logger = new Logger('StoreBreaker');
  private readonly stopping = new AbortController();
  private readonly openings: Counter;
  private opened: { readonly at: number; readonly why: string } | undefined;
  private closedAt = -Infinity;
  private waitMs = PROBE_MS.first;
  /** Of the last write that failed, if none has succeeded since: a store that only reads (a full disk) is still away. */
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

  /** Undefined while the store is there. */
  get away(): Away | undefined {
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
      this.waitMs = Math.min(this.waitMs * 2, PROBE_MS.most);
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
