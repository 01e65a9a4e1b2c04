import { Module, type DynamicModule } from '@nestjs/common';
import { DEFAULT_TYPE } from '../contract/job';
import { queueNameOf } from '../contract/queue-name';
import { type JobWork } from '../jobs/work';
import { keepsRecords, type StoreSpec } from '../results/open';
import { ResultsModule } from '../results/results.module';
import { telemetryProviders, type Telemetry } from '../service/telemetry';
import {
  type ConsumerOptions,
  type Metrics,
  QueueConsumer,
  QueueConsumerModule,
  QueueConsumers,
} from '../transport/index';
import { EventsController } from './events.controller';
import { HealthController } from './health.controller';
import { jobController } from './job.controller';
import { JobRunner, WORK_SECONDS } from './job-runner';
import { PauseWatch } from './pause-watch';
import { attemptsOfType } from './recorded-attempts';
import { StoreBreaker } from './store-breaker';
import { TaskProtection } from './task-protection';
import { UnrecordedAttempts } from './unrecorded-attempts';

export interface ConsumerAppOptions {
  readonly transport: ConsumerOptions;
  readonly results: StoreSpec;
  readonly workSeconds: number;
  readonly works: readonly JobWork[];
  /** The type of a message that names none. */
  readonly defaultType: string | undefined;
  /** Jobs come in by `POST /events`. */
  readonly takesEvents: boolean;
  /** The longest timeout of all job types; how long ECS is asked to let a busy task live. */
  readonly longestRunSeconds: number;
  /** Undefined anywhere but on ECS. */
  readonly ecsAgentUrl: string | undefined;
  readonly metrics: Metrics;
  readonly telemetry: Telemetry;
}

@Module({})
export class ConsumerModule {
  static with({ transport, results, workSeconds, works, ...rest }: ConsumerAppOptions): DynamicModule {
    const { defaultType, takesEvents, longestRunSeconds, ecsAgentUrl, metrics, telemetry } = rest;
    const records = ResultsModule.open(results);
    const kept = keepsRecords(results.results);
    const attempts = kept ? attemptsOfType(defaultType ?? DEFAULT_TYPE) : UnrecordedAttempts;
    return {
      module: ConsumerModule,
      imports: [
        records,
        ...works.flatMap(({ imports }) => imports),
        QueueConsumerModule.forRoot({ ...transport, attempts, imports: [records] }),
      ],
      controllers: [...works.map(jobController), HealthController, ...(takesEvents ? [EventsController] : [])],
      providers: [
        { provide: QueueConsumer, inject: [QueueConsumers], useFactory: (queues: QueueConsumers) => queues.get() },
        { provide: WORK_SECONDS, useValue: workSeconds },
        ...works.flatMap(({ providers }) => providers),
        JobRunner,
        StoreBreaker,
        // On Lambda operators disable what brings events.
        ...(kept && !takesEvents ? [PauseWatch.of(queueNameOf(telemetry.queueUrl))] : []),
        ...telemetryProviders(metrics, telemetry),
        ...(ecsAgentUrl === undefined ? [] : [TaskProtection.at(ecsAgentUrl, longestRunSeconds)]),
      ],
    };
  }
}
