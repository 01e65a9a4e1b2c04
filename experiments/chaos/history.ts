import { type JobRecord } from '../../results/records';
import { numberIn } from './jobs';
import { type Entry } from './journal';
import { type NemesisName } from './nemesis';

/**
 * What the one who asked for a job knows. `ok`: answered 202. `failed`: refused, or never sent. `unknown`: anything else,
 * a 503 included; it may or may not take effect.
 */
export type Knowledge = 'ok' | 'failed' | 'unknown';

/** One try to have a job done; with an Idempotency-Key there may be several of a number. */
export interface Publish {
  readonly number: number;
  /** On a FIFO queue the jobs of a group are done in their order. */
  readonly group?: string | undefined;
  readonly keyed: boolean;
  readonly knowledge: Knowledge;
  /** Milliseconds, by the clock of the one who asks. */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** The id answered, if any. */
  readonly job?: string | undefined;
  /** Status of the answer, or the error's code. */
  readonly answer: string;
}

/** An effect: one line, appended with the job's record, where nothing keeps a job from having two; or a payment. */
export interface LedgerLine {
  readonly job: string;
  readonly type: string;
  readonly number: number;
  /** When it was written, in milliseconds since the epoch. */
  readonly at: number;
}

export interface DeadLetterFound {
  readonly body: string;
  /** Undefined for one that SQS itself moved. */
  readonly reason: string | undefined;
  readonly job: string | undefined;
}

/** The number of a dead letter's job, or the body of what is no job. */
export function subjectOf({ body }: DeadLetterFound): number | string {
  try {
    const job = JSON.parse(body) as { readonly input?: unknown };
    return numberIn(job.input) ?? body;
  } catch {
    return body;
  }
}

/** All that is known after a run. Numbers tell the jobs apart; below 0 is poison. */
export interface History {
  readonly publishes: readonly Publish[];
  /** Bodies of messages without a job, known to be on the queue. */
  readonly malformed: readonly string[];
  /** Jobs under whose id a message of another type was sent as well: one of the two takes effect, the other conflicts. */
  readonly impostors: readonly number[];
  readonly journal: readonly Entry[];
  /** In the order in which the effects were recorded. */
  readonly ledger: readonly LedgerLine[];
  readonly records: readonly JobRecord[];
  readonly deadLetters: readonly DeadLetterFound[];
  readonly fired: Readonly<Partial<Record<NemesisName, number>>>;
}
