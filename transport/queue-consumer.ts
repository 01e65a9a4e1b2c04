import { type SettledListener } from './settle/settled-listeners';

/** The state of a queue's consumer. */
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
  /**
   * Only a new process helps. A poll has had no answer for 45 s, or every permit is held by a handler that was told to
   * stop and has had its timeout again.
   */
  readonly hung: boolean;
  readonly pauses: readonly string[];
  /** How long, in milliseconds, the oldest receive has had no answer; 0 while no poller asks. */
  readonly pollAgeMs: number;
  readonly inFlight: number;
  /** For how long handlers that were told to stop have held every permit; 0 while a permit is free. */
  readonly stuckMs: number;
  /** Dead letters that wait because the dead-letter queue refuses them. */
  readonly deadLettersRefused: number;
}

/** Names the messages that come again. Lambda's event source deletes all others. */
export interface PartialBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** The consumer of one queue, as the application sees it. It starts and drains with the application. */
export abstract class QueueConsumer {
  /** Calls the listener for every settled delivery. */
  abstract onSettled(listener: SettledListener): void;

  /**
   * Stops receiving until every reason is resumed. What runs goes on. What was received is begun for 2 s more;
   * after that it is given back, and so is anything that a poll still brings.
   */
  abstract pause(reason: string): void;
  abstract resume(reason: string): void;

  abstract status(): QueueStatus;

  /** Handlers that were told to stop and never returned; they alone can keep the process alive after a drain. */
  abstract get unreturned(): number;

  /**
   * Takes a Lambda event of an SQS event source; for a queue with `pollers: 0`. Resolves, before `withinMs` are over,
   * to what the function answers. Rejects with `EventMalformed` or `EventRefused` when nothing was begun: the function
   * has to fail then, and the whole event comes again.
   */
  abstract takeEvent(event: unknown, withinMs: number): Promise<PartialBatchResponse>;

  /**
   * Stops receiving, finishes what is in flight, settles it and closes. Idempotent: every caller gets the same drain.
   */
  abstract drain(): Promise<void>;
}
