import { type JobType } from '../../contract/job-type';
import { ADD_ONE } from '../../jobs/add-one/definition';

/** The job that tools ask a running pair for: the example of a job type. */
function exampleOf({ type, example }: JobType): { type: string; input: unknown; result: unknown } {
  if (!example) throw new Error(`The job type ${type} has no example.`);
  return { type, ...example };
}

export const ASKED_JOB = exampleOf(ADD_ONE);
