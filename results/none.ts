import type { Job } from '../contract/job';
import { RecordRefused } from './errors';
import type { Attempted, Claim, Effect, JobRecord, LeaseAnswer, OnceAnswer, Records } from './records';

/** `RESULTS=none`: an effect that is only its result is taken and forgotten; what needs a record is refused. */
export class NoRecords implements Records {
  claim(): Promise<Claim> {
    return refused('an Idempotency-Key');
  }

  accept(): Promise<void> {
    return Promise.resolve();
  }

  async once(_job: Job, { result, writes = [] }: Effect): Promise<OnceAnswer> {
    return writes.length > 0 ? refused('an effect with writes') : { outcome: 'recorded', result };
  }

  lease(): Promise<LeaseAnswer> {
    return refused('an effect elsewhere');
  }

  begin(): Promise<Attempted> {
    return refused('a note of a run');
  }

  takeBack(): Promise<void> {
    return Promise.resolve();
  }

  fail(): Promise<Attempted> {
    return refused('a count of failed runs');
  }

  failed(): Promise<void> {
    return Promise.resolve();
  }

  get(): Promise<JobRecord | undefined> {
    return Promise.resolve(undefined);
  }

  getMany(): Promise<readonly JobRecord[]> {
    return Promise.resolve([]);
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  expire(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const refused = (what: string): Promise<never> =>
  Promise.reject(new RecordRefused(`RESULTS is none, and ${what} needs records: name a store in RESULTS`));
