import { type LoggerService } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DELIVERY } from '../contract/delivery';
import { EnvironmentError, readEnvironment } from '../contract/environment';
import { createProducer } from './app';
import { listenHost } from './faults';
import { createLogger } from './logger';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The producer as a process: starts, stops on a signal, and ends with 0 only when all was drained. */
export async function runProducer(): Promise<void> {
  const logger = createLogger();
  try {
    const environment = readEnvironment();
    const app = await createProducer(environment, logger);
    stopOnSignal(app, logger);
    await app.listen(environment.port, listenHost(environment));
    logger.log(`Producer listens on ${await app.getUrl()}`, 'Producer');
  } catch (error) {
    logger.error(startFault(error), 'Producer');
    process.exit(1);
  }
}

function stopOnSignal(app: NestFastifyApplication, logger: LoggerService): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.log(`${signal}: draining`, 'Producer');
    const limit = setTimeout(() => {
      logger.error(`Not drained within ${DELIVERY.drainSeconds} s`, 'Producer');
      process.exit(1);
    }, DELIVERY.drainSeconds * 1_000);
    await app.close();
    clearTimeout(limit);
    logger.log('Stopped', 'Producer');
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, () => void stop(signal));
}

function startFault(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${'port' in error ? String(error.port) : ''} is taken; set PORT to another one`;
  }
  return error instanceof Error ? error.message : String(error);
}
