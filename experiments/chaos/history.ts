import { type JobRecord } from '../../results/records';
import { type Entry } from './journal';
import { type NemesisName } from './nemesis';

/**
 * What the one who asked for a job knows. `ok`: answered 202. `failed`: refused, or never sent. `unknown`: anything else,
 * a 503 included; it may or may not take effect.
 */
export type Knowledge = 'ok' | 'failed' | 'unknown';

/** One try to have a job done; with an Idempotency-Key there may be several of an input. */
export interface Publish {
  readonly input: number;
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

/** An effect: one line, appended with the job's record. Nothing keeps a job from having two. */
export interface LedgerLine {
  readonly job: string;
  readonly input: number;
}

export interface DeadLetterFound {
  readonly body: string;
  /** Undefined for one that SQS itself moved. */
  readonly reason: string | undefined;
  readonly job: string | undefined;
}

/** The input of a dead letter's job as text, or the body of what is no job. */
export function subjectOf({ body }: DeadLetterFound): string {
  const input = /"input":(-?\d+)/.exec(body)?.[1];
  return input ?? body;
}

/** All that is known after a run. Inputs tell the jobs apart; below 0 is poison. */
export interface History {
  readonly publishes: readonly Publish[];
  /** Bodies of messages without a job, known to be on the queue. */
  readonly malformed: readonly string[];
  readonly journal: readonly Entry[];
  /** In the order in which the effects were recorded. */
  readonly ledger: readonly LedgerLine[];
  readonly records: readonly JobRecord[];
  readonly deadLetters: readonly DeadLetterFound[];
  readonly fired: Readonly<Partial<Record<NemesisName, number>>>;
}
