import { Logger } from '@nestjs/common';
import { type Attempts } from '../delivery/attempts';
import { describeDeadLetter, toDeadLetterMessage, type DeadLetter } from '../delivery/dead-letter';
import { type Decision } from '../delivery/decision';
import { type Delivery } from '../delivery/delivery';
import { DeliveryMemory } from './delivery-memory';
import { MessageRefused } from '../sqs/errors';
import { errorText } from '../delivery/outcome';
import { type Sender } from '../sqs/sender';

/** A move that could not be finished is begun anew after this, at its next delivery. */
const RETRY_SECONDS = 5;

/** After so many receives there is no redrive policy at work. */
const NEVER_REDRIVEN = 100;
const NEVER_REDRIVEN_SECONDS = 300;

/** What becomes of the delivery in its own queue. */
export type SourceEnd = Exclude<Decision, { action: 'dead-letter' }>;

/**
 * Moves deliveries to the dead-letter queue: sent there, told to the attempts port, then deleted here by the caller.
 * Whatever fails in between, the message is still in its queue: it may be dead-lettered twice, never lost.
 */
export class DeadLetterQueue {
  private readonly logger = new Logger('DeadLetterQueue');
  private readonly left = new DeliveryMemory();
  /** Sent, and not yet told to the attempts port: not sent again. */
  private readonly sent = new DeliveryMemory();

  constructor(
    private readonly sender: Sender,
    private readonly attempts: Attempts,
  ) {}

  /** What to do with a delivery that only SQS's own redrive can move; undefined for any other. */
  leftToRedrive(delivery: Delivery): SourceEnd | undefined {
    return this.left.has(delivery) ? giveBack(delivery) : undefined;
  }

  /** Resolves to what becomes of the delivery in its own queue. */
  async move(delivery: Delivery, why: Pick<DeadLetter, 'reason' | 'error' | 'attempts'>): Promise<SourceEnd> {
    const deadLetter = describeDeadLetter(delivery, why, this.attempts.jobId(delivery));
    try {
      const sent = this.sent.has(delivery) || (await this.send(delivery, deadLetter));
      if (sent) this.sent.remember(delivery);
      await this.attempts.deadLettered(delivery, deadLetter, sent);
      this.sent.forget(delivery);
      if (sent) return { action: 'delete' };
    } catch (error) {
      this.logger.warn(`A dead letter could not be moved, its message waits: ${errorText(error)}`);
      return { action: 'release', afterSeconds: RETRY_SECONDS, retry: true };
    }
    this.left.remember(delivery);
    return giveBack(delivery);
  }

  /** False when the message with its why cannot be sent at all; rejects when it may be later. */
  private async send(delivery: Delivery, deadLetter: DeadLetter): Promise<boolean> {
    const message = toDeadLetterMessage(delivery, deadLetter);
    if (!message) return false;
    try {
      await this.sender.send(message);
      return true;
    } catch (error) {
      if (error instanceof MessageRefused) return false;
      throw error;
    }
  }

  /** Resolves when every move begun has its answer. */
  close(): Promise<void> {
    return this.sender.close();
  }
}

/** At once, until it was received often enough; a queue that never redrives would have it going round. */
function giveBack({ receiveCount }: Delivery): SourceEnd {
  return { action: 'release', afterSeconds: receiveCount < NEVER_REDRIVEN ? 0 : NEVER_REDRIVEN_SECONDS };
}
