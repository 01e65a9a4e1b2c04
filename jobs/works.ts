import { ADD_ONE } from './add-one/definition';
import { AddOne } from './add-one/work';
import { type JobWork, workOf } from './work';

/** The work of each job type, in the consumer. */
export const WORKS: readonly JobWork[] = [workOf(ADD_ONE, AddOne)];
