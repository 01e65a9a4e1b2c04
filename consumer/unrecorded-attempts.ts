import { Injectable } from '@nestjs/common';
import { ProcessAttempts } from '../transport/index';
import { deliveredJobId } from '../service/delivered-id';

/** Attempts without records: failed runs are counted in the process, and logs and dead letters name the job. */
@Injectable()
export class UnrecordedAttempts extends ProcessAttempts {
  override readonly jobId = deliveredJobId;
}
