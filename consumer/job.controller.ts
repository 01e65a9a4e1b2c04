import { Controller, Inject, type Type } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type JobType } from '../contract/job-type';
import { type JobWork, type Work } from '../jobs/work';
import { type Outcome, SqsContext } from '../transport/index';
import { NO_ENVELOPE } from './envelope';
import { type BoundWork, JobRunner } from './job-runner';
import { type JobMessage, validMessage } from './job-message';

/** A controller that takes the jobs of one type from the queue, with the version and the policy of that type. */
export function jobController({ definition, token }: JobWork): Type<unknown> {
  const { type, version, policy } = definition;
  const { maxAttempts, timeoutSeconds, backoff } = policy;
  const valid = validMessage(definition);

  @Controller()
  class JobController {
    private readonly bound: BoundWork;

    constructor(
      private readonly runner: JobRunner,
      @Inject(token) work: Work<JobType>,
    ) {
      this.bound = runner.bind(definition, work);
    }

    @EventPattern(type, { version, maxAttempts, timeoutSeconds, backoff })
    handle(@Payload(NO_ENVELOPE, valid) message: JobMessage, @Ctx() context: SqsContext): Promise<Outcome> {
      return this.runner.run(this.bound, message, context);
    }
  }

  return JobController;
}
