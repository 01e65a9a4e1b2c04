/** The real consumer as a process, with work that notes each run as it begins, then takes its time: `counting-consumer.js JOURNAL`. */
import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { type Run as Work, workBy } from '../../jobs/work';
import { run } from '../../service/run';
import { QueueConsumer } from '../../transport/index';
import { COUNT } from '../rig/count-jobs';
import { Journal } from '../rig/journal';
import { type Run } from './counted-round';

/** How long a job takes, at random between the two. */
const JOB_MS = { least: 200, most: 500 };

const journal = new Journal<Run>(process.argv[2] ?? '');

const work: Work<typeof COUNT> = async ({ id, input }, { signal }) => {
  journal.add({ jobId: id, pid: process.pid });
  await wait(JOB_MS.least + Math.random() * (JOB_MS.most - JOB_MS.least), undefined, { signal });
  return { result: input };
};

void run({
  name: 'Counting consumer',
  portVariable: 'CONSUMER_PORT',
  check: consumerFaults,
  create: (environment, logger) => createConsumer(environment, logger, [workBy(COUNT, work)]),
  async listen(app) {
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    process.send?.('listening');
  },
  unreturned: (app) => app.get(QueueConsumer).unreturned,
});
