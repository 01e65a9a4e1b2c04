import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type JobType } from '../contract/job-type';
import { ValidBody } from '../contract/validation';
import { type Work, type WorkContext } from '../jobs/work';
import { RecordRefused } from '../results/errors';
import { recordPatiently } from '../results/patience';
import { type Effect, RECORDS, type OnceAnswer, type Records } from '../results/records';
import { done, type Outcome, reject, retry, type SqsContext } from '../transport/index';
import { jobIdOf } from './job-id';
import { type JobMessage } from './job-message';

export const WORK_SECONDS = Symbol('work-seconds');

type CheckedRecords = WorkContext['records'];

interface Task {
  readonly definition: JobType;
  readonly work: Work<JobType>;
}

/** Does the work of a job and records its effect once, whatever its type. An effect that is refused is a failed run. */
@Injectable()
export class JobRunner {
  private readonly recordsOf = new Map<JobType, CheckedRecords>();

  constructor(
    @Inject(RECORDS) private readonly records: Records,
    @Inject(WORK_SECONDS) private readonly workSeconds: number,
  ) {}

  async run(task: Task, message: JobMessage, context: SqsContext): Promise<Outcome> {
    try {
      const { outcome } = await this.runOnce(task, message, context);
      if (outcome === 'conflict')
        return reject('conflict', 'A job with this id is recorded with another type or another input.');
      return outcome === 'lost' ? retry('Another owner has the effect of this job now.') : done();
    } catch (error) {
      // What the store refuses it would refuse again.
      if (error instanceof RecordRefused) return reject('refused', error);
      throw error;
    }
  }

  private async runOnce(
    { definition, work }: Task,
    { id, input }: JobMessage,
    context: SqsContext,
  ): Promise<OnceAnswer> {
    const { workSeconds } = this;
    const { signal, groupId } = context;
    const records = this.checkedRecords(definition);
    if (workSeconds > 0) await wait(workSeconds * 1_000, undefined, { signal });
    const job = { id: jobIdOf(id, context), type: definition.type, input, group: groupId };
    const worked: unknown = await work.run(job, { signal, records });
    context.workEnded();
    assertEffect(worked);
    return 'outcome' in worked ? worked : recordPatiently(() => records.once(job, worked), signal);
  }

  /** The store, which takes of a type only results that its class allows. */
  private checkedRecords(definition: JobType): CheckedRecords {
    const known = this.recordsOf.get(definition);
    if (known) return known;
    const { records } = this;
    const valid = new ValidBody(definition.result, (faults) => {
      const texts = faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
      return new RecordRefused(`The result of the work is not valid: ${texts.join('; ')}; correct the work`);
    });
    const checked: CheckedRecords = {
      get: (id) => records.get(id),
      lease: (...wish) => records.lease(...wish),
      async once(job, effect, token) {
        valid.transform({ result: effect.result });
        return records.once(job, effect, token);
      },
    };
    this.recordsOf.set(definition, checked);
    return checked;
  }
}

/** Work in plain JavaScript, or with a cast, may return anything. */
function assertEffect(worked: unknown): asserts worked is Effect | OnceAnswer {
  if (typeof worked === 'object' && worked !== null) return;
  const what = worked === undefined ? 'nothing' : worked === null ? 'null' : `a ${typeof worked}`;
  throw new RecordRefused(`The work returned ${what}; it has to return its effect, such as { result: 2 }`);
}
