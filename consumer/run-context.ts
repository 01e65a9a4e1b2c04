import { type Job } from '../contract/job';
import { type WorkContext, type WorkLog } from '../jobs/work';
import { type SqsContext } from '../transport/index';
import { JobLog } from './job-log';

/** The context of a run. Its signal and its log are made when the work first asks for them. */
export class RunContext implements WorkContext {
  private ownLogger: WorkLog | undefined;

  constructor(
    private readonly job: Pick<Job, 'id' | 'type'>,
    private readonly sqs: SqsContext,
    readonly records: WorkContext['records'],
  ) {}

  get signal(): AbortSignal {
    return this.sqs.signal;
  }

  get logger(): WorkLog {
    this.ownLogger ??= new JobLog(this.job);
    return this.ownLogger;
  }
}
