import { type Job } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { keyedJobId, newJobId } from '../results/job-id';
import { type Records } from '../results/records';
import { invalidBody, Problem, unavailable } from '../service/problem';
import { type Queue, type SendTerms } from './queue';
import { inputTooLarge } from './too-large';

export interface Wish {
  readonly definition: JobType;
  readonly input: unknown;
  readonly group: string | undefined;
  /** Before a consumer may have it. */
  readonly delaySeconds: number | undefined;
  /** Who asks: keys of two callers never meet. */
  readonly caller: string;
  readonly idempotencyKey: string | undefined;
}

type KeyRecords = Pick<Records, 'claim' | 'accept'>;

/** Every wish is answered within this, whatever the broker and the store do. The sender may take longer. */
export const DEADLINE_MS = 9_500;
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

const NO_DELAY = invalidBody([
  { pointer: '/delaySeconds', detail: 'is for standard queues; this one is FIFO, and delays no single message' },
]);

const NO_RECORDS = new Problem(400, 'This producer keeps no records (RESULTS=none), so it takes no idempotency key.');

/** Takes jobs in: an id is given out only for a job that SQS accepted. */
export class Intake {
  /** Keyed sends on their way, so that concurrent doubles share one. */
  private readonly sends = new Map<string, Promise<void>>();
  private keyed = 0;
  private readonly keyedOf = new Map<string, number>();

  constructor(
    private readonly queue: Pick<Queue, 'send' | 'isFifo'>,
    /** Undefined where none are kept: then no key is taken. */
    private readonly records: KeyRecords | undefined,
    private readonly deadlineMs = DEADLINE_MS,
  ) {}

  /**
   * Resolves to the job's id. Rejects with a 422 for a key seen with another body, 503 when nothing is promised, another
   * problem for what cannot be taken.
   */
  take(wish: Wish): Promise<string> {
    return this.inTime(this.takeAtLength(wish));
  }

  /** The same for callers with a deadline of their own: ends when broker and store have ended. */
  async takeAtLength(wish: Wish): Promise<string> {
    const { definition, input, idempotencyKey, caller, delaySeconds } = wish;
    const { type, policy } = definition;
    if (Buffer.byteLength(JSON.stringify(input)) > policy.sizeLimitBytes) throw inputTooLarge(policy.sizeLimitBytes);
    const id = idempotencyKey === undefined ? newJobId() : keyedJobId(caller, idempotencyKey, type);
    if (delaySeconds !== undefined) await this.assertDelays();
    await this.pass({ id, type, input }, wish);
    return id;
  }

  private async assertDelays(): Promise<void> {
    if (await this.queue.isFifo()) throw NO_DELAY;
  }

  private pass(job: Job, { definition, group, delaySeconds, caller, idempotencyKey }: Wish): Promise<unknown> {
    const terms = { version: definition.version, group, delaySeconds };
    return idempotencyKey === undefined ? this.queue.send(job, terms) : this.takeIfRoom(caller, job, terms);
  }

  /** Counted until it has ended, whether or not it was answered in time. */
  private async takeIfRoom(caller: string, job: Job, terms: SendTerms): Promise<void> {
    const { records } = this;
    if (records === undefined) throw NO_RECORDS;
    if ((this.keyedOf.get(caller) ?? 0) >= PER_PLACE_LEFT * (MAX_KEYED - this.keyed))
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

  /** Not by `Promise.race`, which costs an eighth of what a request does. */
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

/** What the claim holds of the body beside its input, as one text: the group alone, or the delay behind a blank, which no group has. */
const claimedTerms = ({ group, delaySeconds }: SendTerms): string | undefined =>
  delaySeconds === undefined ? group : `${group ?? ''} ${delaySeconds}`;
