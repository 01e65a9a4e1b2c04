import { type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Environment, EnvironmentError } from '../contract/environment';
import { type JobType } from '../contract/job-type';
import { openRecords } from '../results/open';
import { WatchedRecords } from '../results/watched';
import { ApiKeys } from './api-keys';
import { type Callers } from './callers';
import { producerFaults } from './faults';
import { FrontDoor } from './front-door';
import { BulkRoom } from './bulk-room';
import { guardRequests } from './gate';
import { knownHosts } from './host';
import { createLogger } from '../service/logger';
import { storeCallCounter } from '../service/store-calls';
import { Traces } from '../service/traces';
import { DEFINITIONS } from '../jobs/definitions';
import { serveDocs } from './docs';
import { createDocument } from './openapi';
import { ProblemFilter } from './problem.filter';
import { ProducerModule } from './producer.module';
import { RateLimit } from './rate-limit';
import { Refusals } from './refusals';
import { RequestCounts } from './request-counts';
import { traceRequests } from './request-spans';
import { Routes } from './routes';
import { createAdapter } from './server';
import { Stopping } from './stopping';
import { Metrics } from '../transport/index';

/**
 * The producer, not listening yet; its `close()` drains it. Throws `EnvironmentError` for what it cannot start with.
 */
export async function createProducer(
  environment: Environment,
  logger: LoggerService = createLogger(),
  definitions: readonly JobType[] = DEFINITIONS,
): Promise<NestFastifyApplication> {
  const { queueUrl } = environment;
  const faults = producerFaults(environment, definitions);
  if (faults.length > 0 || queueUrl === undefined) throw new EnvironmentError(faults);
  // Before Nest, which would report a store that cannot be opened with a stack of its own.
  const records = new WatchedRecords(await openRecords(environment));
  const stopping = new Stopping();
  const limit = new RateLimit(environment.rateLimitPerSecond);
  const refusals = new Refusals(logger);
  const metrics = new Metrics();
  records.onCall(storeCallCounter(metrics));
  const counts = new RequestCounts(metrics, refusals);
  const adapter = createAdapter({ limit, answers: counts });
  const callers = callersOf(environment);
  const empty = { routes: new Routes(), bulkRoom: new BulkRoom() };
  guardRequests(adapter.getInstance(), { callers, limit, stopping, isKnownHost: knownHosts(environment), ...empty });
  const traces = Traces.open(environment.traces, 'plusone-producer');
  if (traces.areOn) traceRequests(adapter.getInstance(), { traces, onLambda: environment.onLambda });
  const problems = new ProblemFilter(logger);
  const warn = (sentence: string): void => {
    logger.warn(sentence, 'Producer');
  };
  const parts = { definitions, stopping, records, refusals, limit, problems, warn, metrics, counts, traces };
  const module = ProducerModule.with({ environment, queueUrl, ...parts });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(problems);
  serveDocs(adapter.getInstance(), callers, (known) => createDocument(app, { environment, definitions, known }));
  return app;
}

const callersOf = ({ apiKeys, callerFrom }: Environment): Callers =>
  callerFrom === undefined ? new ApiKeys(apiKeys) : new FrontDoor(callerFrom);
