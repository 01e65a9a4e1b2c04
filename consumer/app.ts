import { type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { definitionFaults } from '../contract/definition-faults';
import { DELIVERY } from '../contract/delivery';
import { EnvironmentError, type Environment } from '../contract/environment';
import { DEFAULT_TYPE } from '../contract/job';
import { type JobType, longestRunSeconds } from '../contract/job-type';
import { DEFINITIONS } from '../jobs/definitions';
import { type JobWork } from '../jobs/work';
import { WORKS } from '../jobs/works';
import { sizeLimitFaults } from '../results/size-limits';
import { createLogger } from '../service/logger';
import { Traces } from '../service/traces';
import { isSameQueue, Metrics, SqsStrategy } from '../transport/index';
import { ConsumerModule, type ConsumerAppOptions } from './consumer.module';
import { EVENT_LIMIT_BYTES } from './events.controller';
import { forInspection, INSPECTED, isInspected, workForInspection } from './inspected';
import { ProblemFilter } from './problem.filter';

/** An attribute of a message may be named `__proto__`; Fastify would refuse the whole event for it. */
const HTTP = { bodyLimit: EVENT_LIMIT_BYTES, onProtoPoisoning: 'ignore', onConstructorPoisoning: 'ignore' } as const;

/**
 * The consumer, connected to its queue; `listen()` opens the health routes, `startAllMicroservices()` begins to poll.
 */
export async function createConsumer(
  environment: Environment,
  logger: LoggerService = createLogger(),
  works: readonly JobWork[] = WORKS,
): Promise<NestFastifyApplication> {
  assertSound(environment, works);
  const inspected = isInspected();
  if (inspected) logger.log(INSPECTED, 'Consumer');
  const module = ConsumerModule.with(
    inspected ? optionsOf(forInspection(environment), works.map(workForInspection)) : optionsOf(environment, works),
  );
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(HTTP), {
    logger,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  return app;
}

/** The works of this consumer, and the definitions that it shares with the producer. */
interface Jobs {
  readonly works: readonly JobWork[];
  readonly definitions: readonly JobType[];
}

/** What keeps the consumer from starting, one sentence each. */
export function consumerFaults(
  { queueUrl, deadLetterQueueUrl, results }: Environment,
  { works, definitions }: Jobs = { works: WORKS, definitions: DEFINITIONS },
): string[] {
  const ofTypes = [...definitionFaults(definitions), ...sizeLimitFaults(results, definitions)];
  const faults = [...ofTypes, ...workFaults(works, definitions)];
  if (queueUrl === undefined) faults.push('QUEUE_URL is missing; it takes the URL of the queue to take jobs from');
  if (deadLetterQueueUrl === undefined)
    faults.push('DLQ_URL is missing; it takes the URL of the queue for dead letters');
  else if (queueUrl !== undefined && isSameQueue(queueUrl, deadLetterQueueUrl))
    faults.push(`DLQ_URL is "${deadLetterQueueUrl}", the queue of QUEUE_URL; it takes the URL of another queue`);
  return faults;
}

/** A type without work would lose its jobs to the dead-letter queue, one by one. */
function workFaults(works: readonly JobWork[], definitions: readonly JobType[]): string[] {
  const worked = works.map(({ definition }) => definition);
  const twice = new Set(worked.filter((definition, index) => worked.indexOf(definition) < index));
  const named = (types: Iterable<JobType>, rest: string): string[] =>
    [...types].map(({ type }) => `The job type ${type} ${rest}`);
  return [
    ...named(twice, 'has two works; it takes one'),
    ...named(
      worked.filter((definition) => !definitions.includes(definition)),
      'has a work and is not among the definitions; add it to jobs/definitions.ts',
    ),
    ...named(
      definitions.filter((definition) => !worked.includes(definition)),
      'has no work, so that each of its jobs would be a dead letter; add its work to jobs/works.ts',
    ),
  ];
}

/** The reasons for dead letters beside the transport's own: what the store refuses. */
const REASONS = ['refused'];

/** An environment with which the consumer can start. */
interface SoundEnvironment extends Environment {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

function assertSound(environment: Environment, works: readonly JobWork[]): asserts environment is SoundEnvironment {
  const faults = consumerFaults(environment, { works, definitions: works.map(({ definition }) => definition) });
  if (faults.length > 0) throw new EnvironmentError(faults);
}

function optionsOf(environment: SoundEnvironment, works: readonly JobWork[]): ConsumerAppOptions {
  const { queueUrl, deadLetterQueueUrl, handlerTimeoutSeconds, onLambda } = environment;
  const definitions = works.map(({ definition }) => definition);
  const types = definitions.map(({ type }) => type);
  const defaultType = types.find((type) => type === DEFAULT_TYPE) ?? (types.length === 1 ? types[0] : undefined);
  const { region, sqsEndpoint: endpoint, sqsCredentials: credentials, sdkPath } = environment;
  const metrics = new Metrics();
  const queue = {
    queueUrl,
    deadLetterQueueUrl,
    defaultType,
    concurrency: environment.concurrency,
    pollers: onLambda ? 0 : environment.pollers,
    leaseSeconds: environment.leaseSeconds,
    ...DELIVERY,
    handlerTimeoutSeconds,
  };
  return {
    transport: { region, endpoint, credentials, sdkPath, queues: [queue], metrics, reasons: REASONS },
    results: environment,
    workSeconds: environment.workSeconds,
    works,
    defaultType,
    takesEvents: onLambda,
    longestRunSeconds: longestRunSeconds(definitions, handlerTimeoutSeconds),
    ecsAgentUrl: environment.ecsAgentUrl,
    metrics,
    telemetry: {
      ...environment,
      traces: Traces.open(environment.traces, 'plusone-consumer'),
      service: 'consumer',
      queueUrl,
      metricsPort: environment.consumerMetricsPort,
      appPort: environment.consumerPort,
      variable: 'CONSUMER_METRICS_PORT',
    },
  };
}
