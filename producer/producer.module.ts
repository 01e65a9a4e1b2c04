import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { type Environment } from '../contract/environment';
import { RECORDS, type Records } from '../results/records';
import { keepsRecords } from '../results/open';
import { Waiting } from '../results/waiting';
import { type Telemetry, telemetryProviders } from '../service/telemetry';
import { type Traces } from '../service/traces';
import { type Metrics, QueueProducerModule, QueueProducers } from '../transport/index';
import { type JobType } from '../contract/job-type';
import { AddOneController } from '../jobs/add-one/add-one.controller';
import { Bulk } from './bulk';
import { HealthController } from './health.controller';
import { Intake } from './intake';
import { jobController } from './job.controller';
import { type ProblemFilter } from './problem.filter';
import { acceptedCounters, Queue } from './queue';
import { RateLimit } from './rate-limit';
import { Readiness } from './readiness';
import { Refusals } from './refusals';
import { type RequestCounts } from './request-counts';
import { ResultsController, SHOW_ERRORS } from './results.controller';
import { Stopping } from './stopping';

/** How long requests have at a stop; each is answered within 10 s. */
const DRAIN_MS = 11_000;

export interface ProducerParts {
  readonly environment: Environment;
  readonly queueUrl: string;
  readonly definitions: readonly JobType[];
  readonly stopping: Stopping;
  /** Open; the module closes it. */
  readonly records: Records;
  readonly refusals: Refusals;
  readonly limit: RateLimit;
  readonly problems: ProblemFilter;
  readonly warn: (sentence: string) => void;
  readonly metrics: Metrics;
  readonly counts: RequestCounts;
  readonly traces: Traces;
}

@Module({})
export class ProducerModule implements OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly stopping: Stopping,
    private readonly waiting: Waiting,
    @Inject(RECORDS) private readonly records: Records,
  ) {}

  static with({ environment, queueUrl, definitions, ...parts }: ProducerParts): DynamicModule {
    const { region, sqsEndpoint: endpoint, sqsCredentials: credentials, sdkPath } = environment;
    const { records, stopping, refusals, limit, problems, warn, metrics, counts, traces } = parts;
    const kept = keepsRecords(environment.results);
    return {
      module: ProducerModule,
      imports: [
        QueueProducerModule.forRoot({ region, endpoint, credentials, sdkPath, metrics, queues: [{ queueUrl }] }),
      ],
      controllers: [
        AddOneController,
        ...definitions.map((definition) => jobController(definition, kept)),
        ...(kept ? [ResultsController] : []),
        HealthController,
      ],
      providers: [
        ...telemetryProviders(metrics, { ...telemetryOf(environment, queueUrl), traces }),
        { provide: Stopping, useValue: stopping },
        queueOf(metrics, definitions),
        { provide: RECORDS, useValue: records },
        { provide: Refusals, useValue: refusals },
        { provide: RateLimit, useValue: limit },
        { provide: SHOW_ERRORS, useValue: environment.showErrors },
        { provide: Waiting, useFactory: () => new Waiting(records) },
        {
          provide: Intake,
          useFactory: (queue: Queue) => new Intake(queue, kept ? records : undefined),
          inject: [Queue],
        },
        {
          provide: Bulk,
          useFactory: (intake: Intake, queue: Queue) => new Bulk({ intake, queue, problems, warn, counts }),
          inject: [Intake, Queue],
        },
        readinessOf(records, stopping),
      ],
    };
  }

  /** While the port still answers: refuses new jobs, and waits for the answers of those on their way. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.begin();
    await this.stopping.drained(DRAIN_MS);
  }

  /** After the port has closed. The queue's producer closes itself, and refusals log the rest. */
  async onApplicationShutdown(): Promise<void> {
    await this.waiting.close();
    await this.records.close();
  }
}

const telemetryOf = (environment: Environment, queueUrl: string): Omit<Telemetry, 'traces'> => ({
  ...environment,
  service: 'producer',
  queueUrl,
  appPort: environment.port,
  variable: 'METRICS_PORT',
});

const readinessOf = (records: Records, stopping: Stopping): Provider => ({
  provide: Readiness,
  useFactory: (queue: Queue) => new Readiness(queue, records, stopping),
  inject: [Queue],
});

const queueOf = (metrics: Metrics, definitions: readonly JobType[]): Provider => ({
  provide: Queue,
  useFactory: (producers: QueueProducers) => new Queue(producers, acceptedCounters(metrics, definitions)),
  inject: [QueueProducers],
});
