/**
 * The consumer as a Lambda function, with work that fails on request: by its input, a job fails, waits for its signal,
 * or ends the process.
 */
import 'reflect-metadata';
import { existsSync, writeFileSync } from 'node:fs';
import { type TestRun, testWork } from '../harness/jobs';
import { setTimeout as wait } from 'node:timers/promises';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { readEnvironment } from '../../contract/environment';
import { run } from '../../service/run';
import { INPUT } from './inputs';

/** Beside the results: the process has ended once. */
const ENDED = `${readEnvironment().results.replace('sqlite:', '')}.ended`;

const work: TestRun = async (job, context) => {
  if (job.input === INPUT.fails) throw new Error('thirteen is unlucky');
  if (job.input === INPUT.failsTwice) {
    const record = await context.records.get(job.id);
    if (record?.state !== 'failing' || record.attempts < 2) throw new Error('not yet');
  }
  if (job.input === INPUT.waits) await wait(600_000, undefined, { signal: context.signal });
  if (job.input === INPUT.endsTheProcess) process.exit(7);
  if (job.input === INPUT.endsTheProcessOnce && !existsSync(ENDED)) {
    writeFileSync(ENDED, '');
    process.exit(7);
  }
  return { result: job.input + 1 };
};

void run({
  name: 'Function',
  portVariable: 'CONSUMER_PORT',
  check: consumerFaults,
  create: (environment, logger) => createConsumer(environment, logger, [testWork(work)]),
  async listen(app, { consumerPort, host = '127.0.0.1' }) {
    await app.startAllMicroservices();
    await app.listen(consumerPort, host);
  },
});
