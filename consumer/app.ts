import { type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DELIVERY } from '../contract/delivery';
import { EnvironmentError, type Environment } from '../contract/environment';
import { DEFAULT_TYPE } from '../contract/job';
import { type JobWork } from '../jobs/work';
import { WORKS } from '../jobs/works';
import { createLogger } from '../service/logger';
import { isSameQueue, SqsStrategy } from '../transport/index';
import { EVENT_LIMIT_BYTES } from './events.controller';
import { ConsumerModule, type ConsumerOptions } from './consumer.module';
import { ProblemFilter } from './problem.filter';

/** An attribute of a message may be named `__proto__`; Fastify would refuse the whole event for it. */
const HTTP = { bodyLimit: EVENT_LIMIT_BYTES, onProtoPoisoning: 'ignore', onConstructorPoisoning: 'ignore' } as const;

/** The consumer, connected to its queue; `listen()` opens the health routes, `startAllMicroservices()` begins to poll. */
export async function createConsumer(
  environment: Environment,
  logger: LoggerService = createLogger(),
  works: readonly JobWork[] = WORKS,
): Promise<NestFastifyApplication> {
  const module = ConsumerModule.with({ ...optionsOf(environment, works), works });
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(HTTP), {
    logger,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(SqsStrategy) }, { inheritAppConfig: true });
  return app;
}

/** What keeps the consumer from starting, one sentence each. */
export function consumerFaults({ queueUrl, deadLetterQueueUrl }: Environment): string[] {
  const faults: string[] = [];
  if (queueUrl === undefined) faults.push('QUEUE_URL is missing; it takes the URL of the queue to take jobs from');
  if (deadLetterQueueUrl === undefined)
    faults.push('DLQ_URL is missing; it takes the URL of the queue for dead letters');
  else if (queueUrl !== undefined && isSameQueue(queueUrl, deadLetterQueueUrl))
    faults.push(`DLQ_URL is "${deadLetterQueueUrl}", the queue of QUEUE_URL; it takes the URL of another queue`);
  return faults;
}

function optionsOf(environment: Environment, works: readonly JobWork[]): Omit<ConsumerOptions, 'works'> {
  const {
    queueUrl,
    deadLetterQueueUrl,
    region,
    sqsEndpoint,
    sqsCredentials,
    sdkPath,
    concurrency,
    handlerTimeoutSeconds,
    onLambda,
  } = environment;
  if (queueUrl === undefined || deadLetterQueueUrl === undefined)
    throw new EnvironmentError(consumerFaults(environment));
  return {
    transport: {
      region,
      endpoint: sqsEndpoint,
      credentials: sqsCredentials,
      sdkPath,
      queues: [
        {
          queueUrl,
          deadLetterQueueUrl,
          defaultType: works.some(({ definition }) => definition.type === DEFAULT_TYPE) ? DEFAULT_TYPE : undefined,
          concurrency,
          pollers: onLambda ? 0 : environment.pollers,
          leaseSeconds: environment.leaseSeconds,
          ...DELIVERY,
          handlerTimeoutSeconds,
        },
      ],
    },
    results: environment,
    workSeconds: environment.workSeconds,
    takesEvents: onLambda,
    handlerTimeoutSeconds,
    ecsAgentUrl: environment.ecsAgentUrl,
  };
}
