import 'reflect-metadata';
import { IsNumber } from 'class-validator';
import { consumerFaults, createConsumer } from '../../consumer/app';
import { defineJob } from '../../contract/job-type';
import { workBy } from '../../jobs/work';
import { run } from '../../service/run';
import { TEST_JOB } from '../harness/jobs';

class Input {
  @IsNumber()
  readonly input: number;
}
class Bare {
  readonly input: number;
}
class Result {
  @IsNumber()
  readonly result: number;
}

const UNLISTED = defineJob({ type: 'unlisted', input: Input, result: Result });
const ENDLESS = defineJob({ type: 'endless', input: Input, result: Result, policy: { maxAttempts: Infinity } });

const BARE = defineJob({ type: 'bare', input: Bare, result: Result });

const works = [UNLISTED, TEST_JOB, TEST_JOB, BARE].map((definition) =>
  workBy(definition, ({ input }) => ({ result: input })),
);

/** A process of its own: the consumer with definitions and works that do not go together. */
void run({
  name: 'Faulty consumer',
  portVariable: 'CONSUMER_PORT',
  check: (environment) => consumerFaults(environment, { works, definitions: [TEST_JOB, ENDLESS, BARE] }),
  create: (environment, logger) => createConsumer(environment, logger, works),
  listen: (app) => app.listen(0, '127.0.0.1'),
});
