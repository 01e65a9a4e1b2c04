import { type Job } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { keyedJobId, newJobId } from '../results/job-id';
import { type Records } from '../results/records';
import { invalidBody, Problem, unavailable } from '../service/problem';
import { type Queue, type SendTerms } from './queue';
import { inputTooLarge } from '../service/too-large';

export interface IntakeRequest {
  readonly definition: JobType;
  readonly input: unknown;
  readonly group: string | undefined;
  /** How long SQS hides the job from consumers. */
  readonly delaySeconds: number | undefined;
  /** Each caller has keys of its own. */
  readonly caller: string;
  readonly idempotencyKey: string | undefined;
}

type KeyRecords = Pick<Records, 'claim' | 'accept'>;

/** Every request is answered within this, whatever the broker and the store do. The sender may take longer. */
export const DEADLINE_MS = 9_500;
const RETRY_AFTER_SECONDS = 5;

/**
 * Limits the requests with a key that are on their way. DynamoDB's client has 50 sockets, and a call gives up after a
 * second without one. Without this limit, callers that try again would keep a store that was slow for a moment from
 * ever recovering.
 */
const MAX_KEYED = 250;

/**
 * A caller may have this many requests on their way for each place that is still free: 200 if it is alone, and fewer
 * the more callers there are. So there is always a place for another caller.
 */
const PER_FREE_PLACE = 4;

const NO_DELAY = invalidBody([
  { pointer: '/delaySeconds', detail: 'is for standard queues; this one is FIFO, and delays no single message' },
]);

const NO_RECORDS = new Problem(400, 'This producer keeps no records (RESULTS=none), so it takes no idempotency key.');

/** Accepts jobs: an id is given out only for a job that SQS accepted. */
export class Intake {
  /** Sends with a key on their way, so that concurrent duplicates share one. */
  private readonly sends = new Map<string, Promise<void>>();
  private keyed = 0;
  private readonly keyedOf = new Map<string, number>();

  constructor(
    private readonly queue: Pick<Queue, 'send' | 'isFifo'>,
    /** Undefined if no records are kept: then keys are refused. */
    private readonly records: KeyRecords | undefined,
    private readonly deadlineMs = DEADLINE_MS,
  ) {}

  /**
   * Resolves to the job's id. Rejects with a 422 for a key seen with another body, with 503 if nothing is promised,
   * with another problem for what cannot be accepted.
   */
  take(request: IntakeRequest): Promise<string> {
    return this.inTime(this.takeWithoutDeadline(request));
  }

  /**
   * The same without the deadline, for bulk requests, which have their own: ends when broker and store have answered.
   */
  async takeWithoutDeadline(request: IntakeRequest): Promise<string> {
    const { definition, input, idempotencyKey, caller, delaySeconds } = request;
    const { type, policy } = definition;
    if (Buffer.byteLength(JSON.stringify(input)) > policy.sizeLimitBytes) throw inputTooLarge(policy.sizeLimitBytes);
    const id = idempotencyKey === undefined ? newJobId() : keyedJobId(caller, idempotencyKey, type);
    if (delaySeconds !== undefined) await this.assertDelays();
    await this.pass({ id, type, input }, request);
    return id;
  }

  private async assertDelays(): Promise<void> {
    if (await this.queue.isFifo()) throw NO_DELAY;
  }

  private pass(job: Job, { definition, group, delaySeconds, caller, idempotencyKey }: IntakeRequest): Promise<unknown> {
    const terms = { version: definition.version, group, delaySeconds };
    return idempotencyKey === undefined ? this.queue.send(job, terms) : this.takeIfRoom(caller, job, terms);
  }

  /** Counts the request until its work has ended, whether or not it was answered in time. */
  private async takeIfRoom(caller: string, job: Job, terms: SendTerms): Promise<void> {
    const { records } = this;
    if (records === undefined) throw NO_RECORDS;
    if ((this.keyedOf.get(caller) ?? 0) >= PER_FREE_PLACE * (MAX_KEYED - this.keyed))
      throw unavailable('Too many jobs with a key are on their way already.', RETRY_AFTER_SECONDS);
    this.count(caller, 1);
    await this.takeKeyed(records, job, terms).finally(() => {
      this.count(caller, -1);
    });
  }

  private count(caller: string, change: 1 | -1): void {
    this.keyed += change;
    const count = (this.keyedOf.get(caller) ?? 0) + change;
    if (count > 0) this.keyedOf.set(caller, count);
    else this.keyedOf.delete(caller);
  }

  private async takeKeyed(records: KeyRecords, job: Job, terms: SendTerms): Promise<void> {
    const claim = await records.claim(job, claimedTerms(terms));
    if (claim === 'conflict') throw new Problem(422, 'This Idempotency-Key was used with another body.');
    if (claim === 'sent') return;
    let send = this.sends.get(job.id);
    if (send === undefined) {
      send = this.sendAndAccept(records, job, terms).finally(() => this.sends.delete(job.id));
      this.sends.set(job.id, send);
    }
    await send;
  }

  private async sendAndAccept(records: KeyRecords, job: Job, terms: SendTerms): Promise<void> {
    await this.queue.send(job, terms);
    await records.accept(job.id);
  }

  /** Without `Promise.race`, which would add an eighth to the cost of a request. */
  private inTime<T>(work: Promise<T>): Promise<T> {
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

/**
 * The part of the body beside its input that the claim holds, as one text: the group, and the delay behind a blank,
 * which no group contains.
 */
const claimedTerms = ({ group, delaySeconds }: SendTerms): string | undefined =>
  delaySeconds === undefined ? group : `${group ?? ''} ${delaySeconds}`;
