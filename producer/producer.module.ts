import { type DynamicModule, Inject, Module, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { type Environment } from '../contract/environment';
import { openRecords } from '../results/open';
import { type Records } from '../results/records';
import { Waiting } from '../results/waiting';
import { AddOneController } from './add-one.controller';
import { HealthController } from './health.controller';
import { Intake } from './intake';
import { ProduceController } from './produce.controller';
import { Queue } from './queue';
import { Readiness } from './readiness';
import { ResultsController } from './results.controller';
import { Stopping } from './stopping';
import { RECORDS } from './tokens';

/** Requests under way at a stop get this long; each has its answer within 10 s. */
const DRAIN_MS = 11_000;

@Module({})
export class ProducerModule implements OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly stopping: Stopping,
    private readonly waiting: Waiting,
    @Inject(RECORDS) private readonly records: Records,
  ) {}

  static with(environment: Environment, queueUrl: string, stopping: Stopping): DynamicModule {
    return {
      module: ProducerModule,
      controllers: [AddOneController, ProduceController, ResultsController, HealthController],
      providers: [
        { provide: Stopping, useValue: stopping },
        { provide: Queue, useFactory: () => new Queue(environment, queueUrl) },
        { provide: RECORDS, useFactory: () => openRecords(environment.results) },
        { provide: Waiting, useFactory: (records: Records) => new Waiting(records), inject: [RECORDS] },
        {
          provide: Intake,
          useFactory: (queue: Queue, records: Records) => new Intake(queue, records),
          inject: [Queue, RECORDS],
        },
        {
          provide: Readiness,
          useFactory: (queue: Queue, records: Records) => new Readiness(queue, records, stopping),
          inject: [Queue, RECORDS],
        },
      ],
    };
  }

  /** While the port still answers: no new jobs, those under way get their answer. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.begin();
    await this.stopping.drained(DRAIN_MS);
  }

  /** After the port is closed; the queue closes itself. */
  async onApplicationShutdown(): Promise<void> {
    await this.waiting.close();
    await this.records.close();
  }
}
