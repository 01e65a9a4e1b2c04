import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DELIVERY } from '../contract/delivery';
import { StoreClosed } from './errors';
import { openRecords, type StoreSpec } from './open';
import { RECORDS, type Records } from './records';
import { WatchedRecords } from './watched';

/**
 * How often to remove records past their retention. The first time is at the start, for processes that end sooner.
 */
const EXPIRE_EVERY_MS = 10 * 60 * 1_000;

/** Opens the store named by `RESULTS`, lets old records expire, and closes it when all drains are over. */
@Module({})
export class ResultsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Results');
  private timer: NodeJS.Timeout | undefined;

  static open(spec: StoreSpec): DynamicModule {
    const watched = {
      provide: WatchedRecords,
      useFactory: async () => new WatchedRecords(await openRecords(spec)),
    };
    const records = { provide: RECORDS, useExisting: WatchedRecords };
    return { module: ResultsModule, providers: [watched, records], exports: [watched, records] };
  }

  constructor(@Inject(RECORDS) private readonly records: Records) {}

  onApplicationBootstrap(): void {
    void this.expire();
    this.timer = setInterval(() => void this.expire(), EXPIRE_EVERY_MS);
  }

  onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    return this.records.close();
  }

  /** Removes some hundred per call, so that jobs get their turn in between. */
  private async expire(): Promise<void> {
    const before = Date.now() - DELIVERY.recordRetentionSeconds * 1_000;
    try {
      while ((await this.records.expire(before)) > 0);
    } catch (error) {
      // The process stops; the next start goes on with it.
      if (error instanceof StoreClosed) return;
      this.logger.warn(`Old records could not be removed, another try follows: ${String(error)}`);
    }
  }
}
