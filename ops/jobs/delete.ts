import { Audit, type Unnoted } from './audit';
import { wasSentAgain } from './failed-job';
import { DELETED } from './failures';
import { Pass, type PassEnd, type PassOptions } from './pass';
import { type Workplace } from './workplace';

export interface Deleted extends PassEnd, Unnoted {
  readonly deleted: number;
  /** Letters whose records say `deleted` and that SQS did not delete: they come back, to be deleted again. */
  readonly undeleted: number;
}

export interface DeleteOptions extends PassOptions {
  /** All of them were meant. */
  readonly purge?: boolean;
}

/**
 * Deletes letters for good. The records say `deleted` first, so that nobody waits for these jobs. The record of a job
 * that is done, or was sent again, stays.
 */
export async function deleteLetters(place: Workplace, options: DeleteOptions): Promise<Deleted> {
  const pass = new Pass(place, options);
  const { purge = false, filter } = options;
  const audit = await Audit.begin(place, { what: purge ? 'purge' : 'delete', filter });
  const ids: string[] = [];
  let undeleted = 0;
  const end = await pass.through(async (cases) => {
    const ended = cases.filter((one) => !wasSentAgain(one));
    const failures = ended.map(({ letter: { jobId: id, type } }) => ({ id, type, reason: DELETED }));
    await Promise.all(failures.map((failure) => place.records.failJob(failure)));
    undeleted += cases.length;
    const deleted = await pass.delete(cases);
    ids.push(...deleted.map(({ letter }) => letter.jobId));
    undeleted -= deleted.length;
    options.onProgress?.(ids.length);
  });
  const unnoted = await audit.end({ count: ids.length + undeleted, ids, ended: end.ended });
  return { deleted: ids.length, undeleted, ...end, ...unnoted };
}
