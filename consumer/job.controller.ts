import { Controller, Inject, type Type } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type JobType } from '../contract/job-type';
import { type JobWork, type Work } from '../jobs/work';
import { type Outcome, SqsContext } from '../transport/index';
import { NO_ENVELOPE } from './envelope';
import { JobRunner } from './job-runner';
import { type JobMessage, validMessage } from './job-message';

/** A controller that takes the jobs of one type from the queue, with the version and the policy of that type. */
export function jobController({ definition, token }: JobWork): Type<unknown> {
  const { type, version } = definition;
  const valid = validMessage(definition);

  @Controller()
  class JobController {
    constructor(
      private readonly runner: JobRunner,
      @Inject(token) private readonly work: Work<JobType>,
    ) {}

    @EventPattern(type, { version })
    handle(@Payload(NO_ENVELOPE, valid) message: JobMessage, @Ctx() context: SqsContext): Promise<Outcome> {
      return this.runner.run({ definition, work: this.work }, message, context);
    }
  }

  return JobController;
}
