import { textOf } from '../contract/fault';
import { type Job } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { ValidBody } from '../contract/validation';
import { type WorkContext } from '../jobs/work';
import { RecordRefused } from '../results/errors';
import { jsonOf } from '../results/json';
import { type Effect, type JobRecord, type LeaseAnswer, type OnceAnswer, type Records } from '../results/records';

/** The store for the work of one type: it accepts only results that the type's class and policy allow. */
export class CheckedRecords {
  private readonly valid: ValidBody<object>;
  private readonly limit: number;

  constructor(
    private readonly records: Records,
    { result, policy }: JobType,
  ) {
    this.limit = policy.sizeLimitBytes;
    this.valid = new ValidBody<object>(result, (faults) => {
      const why = textOf(faults);
      return new RecordRefused(`The result of the work is not valid: ${why}; correct the work`);
    });
  }

  get(id: string): Promise<JobRecord | undefined> {
    return this.records.get(id);
  }

  lease(...request: Parameters<WorkContext['records']['lease']>): Promise<LeaseAnswer> {
    return this.records.lease(...request);
  }

  /** Rejects with `RecordRefused` for a result that is not as its type says. */
  async once(job: Job, effect: Effect, token?: number): Promise<OnceAnswer> {
    this.check(effect.result);
    return this.records.once(job, effect, token);
  }

  private check(result: unknown): void {
    this.valid.transform({ result });
    jsonOf(result, 'result', this.limit);
  }
}
