import { type Job } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { keyedJobId, newJobId } from '../results/job-id';
import { type Records } from '../results/records';
import { Problem, unavailable } from '../service/problem';
import { type Queue, type SendTerms } from './queue';

export interface Wish {
  readonly definition: JobType;
  readonly input: unknown;
  readonly group: string | undefined;
  /** Who asks: keys of two callers never meet. */
  readonly caller: string;
  readonly idempotencyKey: string | undefined;
}

/** Every wish is answered within this, whatever the broker and the store do. The sender may take longer. */
const DEADLINE_MS = 9_500;
const RETRY_AFTER_SECONDS = 5;

/**
 * Limits keyed wishes on their way. DynamoDB's client has 50 sockets, and gives up what waits a second for one: with
 * all comers let in, those who ask again keep a store that was slow for a moment from ever answering anybody in time.
 */
const MAX_KEYED = 250;

/**
 * A caller may have this many times as many on their way as there are places left. Alone it gets 200; others find a place
 * then, and the more callers there are, the fewer each has.
 */
const PER_PLACE_LEFT = 4;

/** Takes jobs in: an id is given out only for a job that SQS accepted. */
export class Intake {
  /** Keyed sends on their way, so that concurrent doubles share one. */
  private readonly sends = new Map<string, Promise<void>>();
  private keyed = 0;
  private readonly keyedOf = new Map<string, number>();

  constructor(
    private readonly queue: Pick<Queue, 'send'>,
    private readonly records: Pick<Records, 'claim' | 'accept'>,
    private readonly deadlineMs = DEADLINE_MS,
  ) {}

  /** Resolves to the job's id. Rejects with a 422 for a key seen with another body, 503 when nothing is promised. */
  async take(wish: Wish): Promise<string> {
    const { definition, input, idempotencyKey, caller, group } = wish;
    const { type, version } = definition;
    const terms = { version, group };
    if (idempotencyKey === undefined) {
      const job = { id: newJobId(), type, input };
      await this.inTime(this.queue.send(job, terms));
      return job.id;
    }
    const job = { id: keyedJobId(caller, idempotencyKey, type), type, input };
    await this.inTime(this.takeIfRoom(caller, job, terms));
    return job.id;
  }

  /** Counted until it has ended, whether or not it was answered in time. */
  private async takeIfRoom(caller: string, job: Job, terms: SendTerms): Promise<void> {
    if ((this.keyedOf.get(caller) ?? 0) >= PER_PLACE_LEFT * (MAX_KEYED - this.keyed))
      throw unavailable('Too many jobs with a key are on their way already.', RETRY_AFTER_SECONDS);
    this.count(caller, 1);
    await this.takeKeyed(job, terms).finally(() => {
      this.count(caller, -1);
    });
  }

  private count(caller: string, change: 1 | -1): void {
    this.keyed += change;
    const count = (this.keyedOf.get(caller) ?? 0) + change;
    if (count > 0) this.keyedOf.set(caller, count);
    else this.keyedOf.delete(caller);
  }

  private async takeKeyed(job: Job, terms: SendTerms): Promise<void> {
    const claim = await this.records.claim(job, terms.group);
    if (claim === 'conflict') throw new Problem(422, 'This Idempotency-Key was used with another body.');
    if (claim === 'sent') return;
    let send = this.sends.get(job.id);
    if (send === undefined) {
      send = this.sendAndAccept(job, terms).finally(() => this.sends.delete(job.id));
      this.sends.set(job.id, send);
    }
    await send;
  }

  private async sendAndAccept(job: Job, terms: SendTerms): Promise<void> {
    await this.queue.send(job, terms);
    await this.records.accept(job.id);
  }

  /** Not by `Promise.race`, which costs an eighth of what a request does. */
  private inTime(work: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(unavailable('The queue or the results store does not answer.', RETRY_AFTER_SECONDS));
      }, this.deadlineMs);
      void work.then(resolve, reject).finally(() => {
        clearTimeout(timer);
      });
    });
  }
}
