import { v7 as uuid } from 'uuid';
import { type Job } from '../../contract/job';
import { envelope } from '../envelope';
import { type Outgoing } from './queues';

export const makeJobs = (count: number): Job[] => Array.from({ length: count }, (_, input) => ({ id: uuid(), input }));

export const toMessage = (job: Job): Outgoing => ({
  body: JSON.stringify(job),
  attributes: envelope(),
});
