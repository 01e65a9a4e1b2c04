import { type LoggerService } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConsumer } from '../../consumer/app';
import { type JobWork } from '../../jobs/work';
import { readEnvironment } from '../../contract/environment';
import { RECORDS, type Records } from '../../results/records';
import { QueueConsumer } from '../../transport/index';
import { type TestQueues } from './broker';
import { type TestRun, testWork } from './jobs';
import { loggerOfTest, SILENT } from './log';
import { perTest } from './side-by-side';

/** The real consumer in this process, on a results store of its own. */
export interface ConsumerApp {
  readonly app: NestFastifyApplication;
  readonly records: Records;
  readonly transport: QueueConsumer;
  readonly resultsPath: string;
  /** `http://127.0.0.1:PORT` of the health routes. */
  readonly url: string;
}

interface ConsumerAppOptions {
  /** For the tests' job. */
  readonly work?: TestRun;
  /** For job types of the test's own. */
  readonly works?: readonly JobWork[];
  readonly logger?: LoggerService;
}

const started = perTest(() => new Set<{ app: NestFastifyApplication; folder: string }>());

export async function startConsumerApp(
  queues: TestQueues,
  variables: Readonly<Record<string, string>> = {},
  { work, works = [testWork(work)], logger = SILENT }: ConsumerAppOptions = {},
): Promise<ConsumerApp> {
  const folder = await mkdtemp(join(tmpdir(), 'plusone-'));
  const resultsPath = join(folder, 'results.db');
  const environment = readEnvironment({ ...queues.env, RESULTS: `sqlite:${resultsPath}`, ...variables });
  const app = await createConsumer(environment, loggerOfTest(logger), works);
  started().add({ app, folder });
  await app.init();
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return { app, records: app.get(RECORDS), transport: app.get(QueueConsumer), resultsPath, url: await app.getUrl() };
}

/** Drains every consumer of the test and removes its store. */
export async function stopConsumerApps(): Promise<void> {
  const left = [...started()];
  started().clear();
  for (const { app, folder } of left) {
    await app.close();
    await rm(folder, { recursive: true });
  }
}
