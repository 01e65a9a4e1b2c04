import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { setTimeout as wait } from 'node:timers/promises';
import { JOB_TYPE, JOB_VERSION } from '../contract/job';
import { ValidBody } from '../contract/validation';
import { RECORDS, type Records } from '../results/records';
import { recordPatiently } from '../results/patience';
import { done, reject, Rejection, type Outcome } from '../transport/outcome';
import { SqsContext } from '../transport/sqs-context';
import { addOne } from './add-one';
import { jobIdOf } from './job-id';
import { JobMessage } from './job-message';

/** What does not fit would never fit, so it is dead-lettered at once. */
const VALID_JOB = new ValidBody(JobMessage, (faults) => {
  const texts = faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
  return new Rejection('invalid', `The message is not valid: ${texts.join('; ')}`);
});

export const WORK_SECONDS = Symbol('work-seconds');

/** Takes a job from the queue, does the work, records the result once. */
@Controller()
export class JobController {
  constructor(
    @Inject(RECORDS) private readonly records: Records,
    @Inject(WORK_SECONDS) private readonly workSeconds: number,
  ) {}

  @EventPattern(JOB_TYPE, { version: JOB_VERSION })
  async handle(@Payload(VALID_JOB) { id, input }: JobMessage, @Ctx() context: SqsContext): Promise<Outcome> {
    const job = { id: jobIdOf(id, context), input };
    if (this.workSeconds > 0) await wait(this.workSeconds * 1_000, undefined, { signal: context.signal });
    const result = addOne(input);
    context.workEnded();
    const { outcome } = await recordPatiently(() => this.records.once(job, { result }), context.signal);
    return outcome === 'conflict' ? reject('conflict', 'A job with this id is recorded with another input.') : done();
  }
}
