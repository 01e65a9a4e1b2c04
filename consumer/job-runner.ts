import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type JobType } from '../contract/job-type';
import { type Work } from '../jobs/work';
import { Elsewhere } from '../results/elsewhere';
import { RecordRefused } from '../results/errors';
import { recordPatiently } from '../results/patience';
import { type Effect, RECORDS, type OnceAnswer, type Records } from '../results/records';
import {
  type Counter,
  done,
  DUPLICATES,
  Metrics,
  type Outcome,
  reject,
  retry,
  type SqsContext,
} from '../transport/index';
import { CheckedRecords } from './checked-records';
import { jobIdOf } from '../service/delivered-id';
import { type JobMessage } from './job-message';
import { RunContext } from './run-context';

export const WORK_SECONDS = Symbol('work-seconds');

/** A job type with its work, and with the store for its effects. */
export interface BoundWork {
  readonly definition: JobType;
  readonly work: Work<JobType>;
  readonly records: CheckedRecords;
  /** Runs whose effect was recorded already. */
  readonly repeats: Counter;
}

/** Does the work of a job and records its effect once, whatever its type. An effect that is refused is a failed run. */
@Injectable()
export class JobRunner {
  constructor(
    @Inject(RECORDS) private readonly records: Records,
    @Inject(WORK_SECONDS) private readonly workSeconds: number,
    private readonly metrics: Metrics,
  ) {}

  bind(definition: JobType, work: Work<JobType>): BoundWork {
    const repeats = this.metrics.counter(DUPLICATES, { type: definition.type });
    return { definition, work, records: new CheckedRecords(this.records, definition), repeats };
  }

  async run(bound: BoundWork, message: JobMessage, context: SqsContext): Promise<Outcome> {
    try {
      const { outcome } = await this.runOnce(bound, message, context);
      if (outcome === 'repeat') bound.repeats.add();
      if (outcome === 'conflict')
        return reject('conflict', 'A job with this id is recorded with another type or another input.');
      return outcome === 'lost' ? retry('Another owner has the effect of this job now.') : done();
    } catch (error) {
      // Another run would not help: the store would refuse the same record again.
      if (error instanceof RecordRefused) return reject('refused', error);
      throw error;
    }
  }

  private async runOnce(
    { definition, work, records }: BoundWork,
    { id, input }: JobMessage,
    context: SqsContext,
  ): Promise<OnceAnswer> {
    const { workSeconds } = this;
    const { groupId: group, attempt } = context;
    if (workSeconds > 0) await wait(workSeconds * 1_000, undefined, { signal: context.signal });
    const job = { id: jobIdOf(id, context), type: definition.type, input, group, attempt };
    const worked: unknown = await work.run(job, new RunContext(job, context, records));
    context.workEnded();
    assertEffect(worked);
    return worked instanceof Elsewhere ? worked : recordPatiently(() => records.once(job, worked), context.signal);
  }
}

/** Work in plain JavaScript, or with a cast, may return anything. */
function assertEffect(worked: unknown): asserts worked is Effect | Elsewhere {
  if (typeof worked === 'object' && worked !== null) return;
  const what = worked === undefined ? 'nothing' : worked === null ? 'null' : `a ${typeof worked}`;
  throw new RecordRefused(`The work returned ${what}; it has to return its effect, such as { result: 2 }`);
}
