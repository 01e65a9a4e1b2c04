import { ADD_ONE } from './add-one/definition';
import { AddOne } from './add-one/work';
import { type JobWork, workOf } from './work';

/** Who does the jobs of each type, in the consumer. */
export const WORKS: readonly JobWork[] = [workOf(ADD_ONE, AddOne)];
