import { createHash } from 'node:crypto';
import { type Delivery } from './delivery';

const MAX_ENTRIES = 10_000;

/**
 * Deliveries that are done but could not be deleted: when they come again they are only deleted. By queue, MessageId
 * and payload, bounded in number, forgotten with the process; the record guards what this does not.
 */
export class DoneMemory {
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

function keyOf({ queueUrl, messageId, body }: Delivery): string {
  return `${queueUrl} ${messageId} ${createHash('sha256').update(body).digest('base64')}`;
}
