import { DELETED } from './failures';
import { Pass, type PassEnd, type PassOptions } from './pass';
import { type Workplace } from './workplace';

export interface Deleted extends PassEnd {
  readonly deleted: number;
  /** Their records say so, but SQS did not delete the letters: they come back, to be deleted again. */
  readonly undeleted: number;
}

/** Deletes letters for good. The records say `deleted` first, so that nobody waits for these jobs; one that is done stays. */
export async function deleteLetters(place: Workplace, options: PassOptions): Promise<Deleted> {
  const pass = new Pass(place, options);
  const counts = { deleted: 0, undeleted: 0 };
  const end = await pass.through(async (cases) => {
    const failures = cases.map(({ letter: { jobId: id, type } }) => ({ id, type, reason: DELETED }));
    await Promise.all(failures.map((failure) => place.records.failed(failure)));
    const deleted = await pass.delete(cases);
    counts.deleted += deleted;
    counts.undeleted += cases.length - deleted;
    options.onProgress?.(counts.deleted);
  });
  return { ...counts, ...end };
}
