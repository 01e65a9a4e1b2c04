import { Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import { type StoreSpec } from '../results/open';
import { ResultsModule } from '../results/results.module';
import { TransportModule } from '../transport/nest/transport.module';
import { SqsTransport, type TransportOptions } from '../transport/transport';
import { EventsController } from './events.controller';
import { HealthController } from './health.controller';
import { JobController, WORK_SECONDS } from './job.controller';
import { RecordedAttempts } from './recorded-attempts';
import { StoreBreaker } from './store-breaker';
import { TaskProtection } from './task-protection';
import { WORK, type Work } from './work';

export interface ConsumerOptions {
  readonly transport: TransportOptions;
  readonly results: StoreSpec;
  readonly workSeconds: number;
  readonly work: Work;
  /** Jobs come in by `POST /events`. */
  readonly takesEvents: boolean;
  /** Undefined anywhere but on ECS. */
  readonly ecsAgentUrl: string | undefined;
}

/** The root module: Nest destroys it first, so the drain is over before what the handlers use is gone. */
@Module({})
export class ConsumerModule implements OnModuleDestroy {
  static with({ transport, results, workSeconds, work, takesEvents, ecsAgentUrl }: ConsumerOptions): DynamicModule {
    const records = ResultsModule.open(results);
    return {
      module: ConsumerModule,
      imports: [
        records,
        TransportModule.forConsumer({ options: transport, attempts: RecordedAttempts, imports: [records] }),
      ],
      controllers: [JobController, HealthController, ...(takesEvents ? [EventsController] : [])],
      providers: [
        { provide: WORK_SECONDS, useValue: workSeconds },
        { provide: WORK, useValue: work },
        StoreBreaker,
        ...(ecsAgentUrl === undefined ? [] : [TaskProtection.at(ecsAgentUrl)]),
      ],
    };
  }

  constructor(private readonly transport: SqsTransport) {}

  onModuleDestroy(): Promise<void> {
    return this.transport.drain();
  }
}
