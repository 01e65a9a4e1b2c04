import { type Attempts } from './attempts';
import { describeDeadLetter, toDeadLetterMessage, type DeadLetter } from './dead-letter';
import { type Delivery } from './delivery';
import { DeliveryMemory } from './delivery-memory';
import { MessageRefused } from './errors';
import { type Sender } from './sender';
import { type Settlement } from './settlement';

/** A move that could not be finished is begun anew after this, at its next delivery. */
const RETRY_SECONDS = 5;

/**
 * Moves deliveries to the dead-letter queue: send there, tell the attempts port, delete here. Whatever fails in
 * between, the message is still in its queue: it may be dead-lettered twice, never lost.
 */
export class DeadLetterQueue {
  private readonly left = new DeliveryMemory();

  constructor(
    private readonly sender: Sender,
    private readonly settlement: Settlement,
    private readonly attempts: Attempts,
  ) {}

  /** True for a delivery that only SQS's own redrive can move; it is given back until it was received often enough. */
  leftToRedrive(delivery: Delivery): boolean {
    return this.left.has(delivery);
  }

  async move(delivery: Delivery, why: Pick<DeadLetter, 'reason' | 'error' | 'attempts'>): Promise<void> {
    const deadLetter = describeDeadLetter(delivery, why, this.attempts.jobId(delivery));
    let sent: boolean;
    try {
      sent = await this.send(delivery, deadLetter);
      await this.attempts.deadLettered(delivery, deadLetter);
    } catch {
      await this.settlement.release(delivery, RETRY_SECONDS);
      return;
    }
    if (sent) {
      await this.settlement.delete(delivery);
      return;
    }
    this.left.remember(delivery);
    await this.settlement.release(delivery, 0);
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
