import type { Job } from '../contract/job';
import { RecordRefused, StoreClosed } from './errors';
import type { Notes } from './notes';
import type { Attempted, Claim, Effect, JobRecord, LeaseAnswer, OnceAnswer, Page, Records } from './records';

const NEEDS = 'RESULTS is none, so nothing is recorded';

/** Refuses what would have to be remembered. */
const refused = (what: string): RecordRefused =>
  new RecordRefused(`${NEEDS}: ${what}; name a store in RESULTS, such as sqlite:PATH or dynamodb:TABLE`);

/**
 * No store at all, for jobs that may run twice and whose results nobody asks for. A job's effect is its work alone;
 * failed runs are counted elsewhere.
 */
export class NoRecords implements Records {
  readonly notes: Notes = {
    put: () => this.answer(noNotes),
    get: () => this.answer(noNotes),
    getMany: () => this.answer(noNotes),
    remove: () => this.answer(noNotes),
    list: () => this.answer(noNotes),
  };
  private closed = false;

  claim(): Promise<Claim> {
    return this.answer(() => {
      throw refused('an Idempotency-Key could not be found again');
    });
  }

  accept(): Promise<void> {
    return this.answer(() => undefined);
  }

  once(_job: Job, { result, writes = [], transaction }: Effect, token?: number): Promise<OnceAnswer> {
    return this.answer(() => {
      if (writes.length > 0 || transaction !== undefined)
        throw refused('the writes of an effect have no transaction to be part of');
      if (token !== undefined) throw noLease();
      return { outcome: 'recorded', result };
    });
  }

  lease(): Promise<LeaseAnswer> {
    return this.answer(() => {
      throw noLease();
    });
  }

  begin(): Promise<Attempted> {
    return this.answer(notCounted);
  }

  takeBack(): Promise<void> {
    return this.answer(() => undefined);
  }

  failRun(): Promise<Attempted> {
    return this.answer(notCounted);
  }

  failJob(): Promise<void> {
    return this.answer(() => undefined);
  }

  retried(): Promise<void> {
    return this.answer(() => undefined);
  }

  get(): Promise<JobRecord | undefined> {
    return this.answer(() => undefined);
  }

  getMany(): Promise<readonly JobRecord[]> {
    return this.answer(() => []);
  }

  list(): Promise<Page> {
    return this.answer(() => {
      throw refused('there is nothing to list');
    });
  }

  check(): Promise<void> {
    return this.answer(() => undefined);
  }

  expire(): Promise<number> {
    return this.answer(() => 0);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  private answer<T>(give: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.closed) throw new StoreClosed();
      resolve(give());
    });
  }
}

const noLease = (): RecordRefused => refused('there is no lease for an effect elsewhere');

function notCounted(): never {
  throw refused('runs are not counted here');
}

function noNotes(): never {
  throw refused('there are no notes of what operators did, paused or held');
}
