import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { run } from '../../service/run';
import { testWork } from '../harness/jobs';

/** A process of its own: the consumer with work of half a second, that a job of input -1 ends after a fifth of one. */
void run({
  name: 'Crashing consumer',
  portVariable: 'CONSUMER_PORT',
  check: consumerFaults,
  create: (environment, logger) =>
    createConsumer(environment, logger, [
      testWork(async ({ input }) => {
        await wait(input === -1 ? 200 : 500);
        if (input === -1) process.exit(3);
        return { result: input + 1 };
      }),
    ]),
  async listen(app) {
    await app.init();
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
  },
  unreturned: () => 0,
});
