import { v7 as uuid } from 'uuid';
import { type Job } from '../../contract/job';
import { numberJob } from './jobs';

/** The job of these experiments: its result is its input. */
export const COUNT = numberJob('count');

export const makeJobs = (count: number): Job<number>[] =>
  Array.from({ length: count }, (_, input) => ({ id: uuid(), type: COUNT.type, input }));
