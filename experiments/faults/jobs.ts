import { v7 as uuid } from 'uuid';
import { DEFAULT_TYPE, type Job } from '../../contract/job';
import { envelope } from '../envelope';
import { type Outgoing } from './queues';

export const makeJobs = (count: number): Job<number>[] =>
  Array.from({ length: count }, (_, input) => ({ id: uuid(), type: DEFAULT_TYPE, input }));

export const toMessage = ({ id, input }: Job): Outgoing => ({
  body: JSON.stringify({ id, input }),
  attributes: envelope(),
});
