import { createHash } from 'node:crypto';
import { type Delivery } from '../delivery/delivery';

const MAX_ENTRIES = 10_000;

/**
 * Remembers deliveries whose end was decided and could not be carried out, in case they come again: by MessageId and
 * payload, the latest 10,000, until the process ends.
 */
export class DeliveryMemory {
  private readonly keys = new Set<string>();

  remember(delivery: Delivery): void {
    if (this.keys.size >= MAX_ENTRIES)
      for (const oldest of this.keys) {
        this.keys.delete(oldest);
        break;
      }
    this.keys.add(keyOf(delivery));
  }

  forget(delivery: Delivery): void {
    if (this.keys.size > 0) this.keys.delete(keyOf(delivery));
  }

  has(delivery: Delivery): boolean {
    return this.keys.size > 0 && this.keys.has(keyOf(delivery));
  }
}

function keyOf({ messageId, body }: Delivery): string {
  return `${messageId} ${createHash('sha256').update(body).digest('base64')}`;
}
