/**
 * The real consumer as a process, with work that notes each run as it begins, then takes its time.
 *
 *   counting-consumer.js --journal FILE [--least SECONDS --most SECONDS]
 *
 * Without times no run is noted.
 */
import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { type Run, workBy } from '../../jobs/work';
import { run } from '../../service/run';
import { QueueConsumer } from '../../transport/index';
import { COUNT } from '../rig/count-jobs';
import { Journal } from './journal';

const { values } = parseArgs({
  options: {
    journal: { type: 'string' },
    least: { type: 'string' },
    most: { type: 'string' },
  },
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const journal = new Journal(values.journal ?? '');
const [least, most] = [Number(values.least), Number(values.most)];
const timed = values.least !== undefined && values.most !== undefined;

const work: Run<typeof COUNT> = async ({ id, input }, { signal }) => {
  if (timed) {
    journal.run(id);
    await wait((least + Math.random() * (most - least)) * 1_000, undefined, { signal });
  }
  return { result: input };
};

void run({
  name: 'Counting consumer',
  portVariable: 'CONSUMER_PORT',
  check: consumerFaults,
  create: (environment, logger) => createConsumer(environment, logger, [workBy(COUNT, work)]),
  async listen(app) {
    app.get(QueueConsumer).onSettled(({ delivery, action }) => {
      if (action === 'dead-letter') journal.deadLetter(delivery.messageId, delivery.receiveCount);
    });
    await app.init();
    const before = cpuMs();
    process.on('exit', () => {
      journal.cpu(cpuMs() - before);
    });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    process.send?.('listening');
  },
  unreturned: (app) => app.get(QueueConsumer).unreturned,
});
