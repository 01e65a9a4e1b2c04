import { type SettledListener } from './settle/settled-listeners';

/** How the consumer of a queue is. */
export interface QueueStatus {
  /** The queue has been reached, and polling has begun. */
  readonly open: boolean;
  /** Why it is not open, in a sentence. */
  readonly notOpen: string | undefined;
  readonly stopping: boolean;
  /** Receives keep failing. */
  readonly failing: boolean;
  /** Why they fail, in a sentence: that nothing answers, or what SQS answers. */
  readonly fault: string | undefined;
  /** Nothing but a new process helps: a poll has had no answer for 45 s, or handlers that were told to stop hold every permit, and each has had its timeout again. */
  readonly hung: boolean;
  readonly pauses: readonly string[];
  /** Age of the oldest unanswered receive; 0 while no poller is asking. */
  readonly pollAgeMs: number;
  readonly inFlight: number;
  /** For how long handlers that were told to stop have held every permit; 0 while one is left. */
  readonly stuckMs: number;
  /** Dead letters that wait, because the dead-letter queue does not take them. */
  readonly deadLettersRefused: number;
}

/** What Lambda's event source deletes, and what it does not: all that is named here comes again. */
export interface PartialBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** The consumer of one queue, as the application sees it. It starts and drains with the application. */
export abstract class QueueConsumer {
  /** Calls the listener for every settled delivery. */
  abstract onSettled(listener: SettledListener): void;

  /**
   * No new receives until every reason given is resumed. What runs goes on. What is here already is begun for 2 s more;
   * after that, it and whatever a poll still brings is given back.
   */
  abstract pause(reason: string): void;
  abstract resume(reason: string): void;

  abstract status(): QueueStatus;

  /** Handlers that were told to stop and never returned; they alone can keep the process alive after a drain. */
  abstract get unreturned(): number;

  /**
   * Takes a Lambda event of an SQS event source; for a queue with `pollers: 0`. Resolves, before `withinMs` are over, to
   * what the function answers. Rejects with `EventMalformed` or `EventRefused` when nothing was begun: the function has to
   * fail then, and the whole event comes again.
   */
  abstract takeEvent(event: unknown, withinMs: number): Promise<PartialBatchResponse>;

  /** Stop receiving, finish what is in flight, settle it, close. Idempotent: every caller gets the one drain. */
  abstract drain(): Promise<void>;
}
