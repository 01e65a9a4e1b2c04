import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { openRecords } from './open';
import { type Records } from './records';

/** The token under which Nest gives out the `Records`. */
export const RECORDS = Symbol('records');

/** Opens the store named by `RESULTS`, and closes it when all drains are over. */
@Module({})
export class ResultsModule implements OnApplicationShutdown {
  static open(spec: string): DynamicModule {
    const records = { provide: RECORDS, useFactory: () => openRecords(spec) };
    return { module: ResultsModule, providers: [records], exports: [records] };
  }

  constructor(@Inject(RECORDS) private readonly records: Records) {}

  onApplicationShutdown(): Promise<void> {
    return this.records.close();
  }
}
