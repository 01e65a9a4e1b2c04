import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { setTimeout as wait } from 'node:timers/promises';
import { JOB_TYPE, JOB_VERSION, type Job } from '../contract/job';
import { ValidBody } from '../contract/validation';
import { RecordRefused } from '../results/errors';
import { recordPatiently } from '../results/patience';
import { type Effect, RECORDS, type OnceAnswer, type Records } from '../results/records';
import { done, type Outcome, reject, Rejection, retry, SqsContext } from '../transport/index';
import { NO_ENVELOPE } from './envelope';
import { jobIdOf } from './job-id';
import { JobMessage } from './job-message';
import { WORK, type Work } from './work';

/** What does not fit would never fit, so it is dead-lettered at once. */
const VALID_JOB = new ValidBody(JobMessage, (faults) => {
  const texts = faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
  return new Rejection('invalid', `The message is not valid: ${texts.join('; ')}`);
});

export const WORK_SECONDS = Symbol('work-seconds');

/** Takes a job from the queue, does the work, records its effect once. An effect that is refused is a failed run. */
@Controller()
export class JobController {
  constructor(
    @Inject(RECORDS) private readonly records: Records,
    @Inject(WORK) private readonly work: Work,
    @Inject(WORK_SECONDS) private readonly workSeconds: number,
  ) {}

  @EventPattern(JOB_TYPE, { version: JOB_VERSION })
  async handle(
    @Payload(NO_ENVELOPE, VALID_JOB) { id, input }: JobMessage,
    @Ctx() context: SqsContext,
  ): Promise<Outcome> {
    const job = { id: jobIdOf(id, context), input };
    try {
      const { outcome } = await this.run(job, context);
      if (outcome === 'conflict') return reject('conflict', 'A job with this id is recorded with another input.');
      return outcome === 'lost' ? retry('Another owner has the effect of this job now.') : done();
    } catch (error) {
      // What the store refuses it would refuse again.
      if (error instanceof RecordRefused) return reject('refused', error);
      throw error;
    }
  }

  private async run(job: Job, context: SqsContext): Promise<OnceAnswer> {
    const { records, workSeconds } = this;
    const { signal } = context;
    if (workSeconds > 0) await wait(workSeconds * 1_000, undefined, { signal });
    const worked: unknown = await this.work(job, { signal, records });
    context.workEnded();
    assertEffect(worked);
    return 'outcome' in worked ? worked : recordPatiently(() => records.once(job, worked), signal);
  }
}

/** Work in plain JavaScript, or with a cast, may return anything. */
function assertEffect(worked: unknown): asserts worked is Effect | OnceAnswer {
  if (typeof worked === 'object' && worked !== null) return;
  const what = worked === undefined ? 'nothing' : worked === null ? 'null' : `a ${typeof worked}`;
  throw new RecordRefused(`The work returned ${what}; it has to return its effect, such as { result: 2 }`);
}
