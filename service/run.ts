import { type INestApplication, type LoggerService } from '@nestjs/common';
import { DELIVERY } from '../contract/delivery';
import { processVariables, readEnvironment, type Check, type Environment } from '../contract/environment';
import { messageOf } from '../contract/thrown';
import { listenFault } from './listen-fault';
import { createLogger } from './logger';
import { outliveReaders } from './output';
import { answerSignals } from './signals';

/** What differs between the producer's process and the consumer's. */
export interface Service {
  readonly name: string;
  /** The variable that holds its port, for the sentence about a taken one. */
  readonly portVariable: 'PORT' | 'CONSUMER_PORT';
  /** Further faults of the environment. */
  readonly check: Check;
  /** Connects everything; not listening yet. */
  create(environment: Environment, logger: LoggerService): Promise<INestApplication>;
  listen(app: INestApplication, environment: Environment): Promise<unknown>;
  /** After the drain: handlers that were told to stop and never returned. */
  unreturned?(app: INestApplication): number;
}

/** The time after the drain in which HTTP answers and stores may close. */
const SLACK_SECONDS = 5;

/** The progress of a start. */
interface Start {
  /** Set once something may be in flight. */
  listening?: Promise<INestApplication>;
}

/**
 * Runs a service as a process: one sentence if it cannot start, a drain on a signal, exit 0 only if all was drained.
 */
export async function run(service: Service): Promise<void> {
  outliveReaders();
  const logger = createLogger();
  const begun: Start = {};
  stopOnSignal(begun, service, logger);
  try {
    const environment = readEnvironment(processVariables, service.check);
    const app = await service.create(environment, logger);
    begun.listening = service.listen(app, environment).then(() => app);
    await begun.listening;
    logger.log(`Listening on ${await app.getUrl()}`, service.name);
  } catch (error) {
    logger.error(startFault(error, service), service.name);
    process.exit(1);
  }
}

/** A signal before the service listens ends it at once; a later one ends it after the drain. */
function stopOnSignal(begun: Start, service: Service, logger: LoggerService): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    if (begun.listening === undefined) process.exit(0);
    logger.log(`${signal}: draining`, service.name);
    const seconds = DELIVERY.drainSeconds + SLACK_SECONDS;
    const limit = setTimeout(() => {
      logger.error(`Not drained within ${seconds} s; what was in flight comes again when its lease ends`, service.name);
      process.exit(1);
    }, seconds * 1_000);
    const app = await begun.listening;
    await app.close();
    clearTimeout(limit);
    end(service.unreturned?.(app) ?? 0, service, logger);
  };
  answerSignals((signal) => void stop(signal));
}

function end(unreturned: number, { name }: Service, logger: LoggerService): never {
  if (unreturned > 0) {
    logger.error(
      `${unreturned} handler${unreturned === 1 ? '' : 's'} ignored the abort signal; exiting without them`,
      name,
    );
    process.exit(1);
  }
  logger.log('Drained', name);
  process.exit(0);
}

function startFault(error: unknown, { portVariable }: Service): string {
  return listenFault(error, portVariable) ?? messageOf(error);
}
