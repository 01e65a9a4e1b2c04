import { type JobType } from '../contract/job-type';
import { ADD_ONE } from './add-one/definition';

/** Every job type; both sides and infra read it. */
export const DEFINITIONS: readonly JobType[] = [ADD_ONE];
