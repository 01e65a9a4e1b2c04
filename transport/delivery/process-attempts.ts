import { type Attempts, type Standing } from './attempts';
import { type Delivery } from './delivery';

/** Limits the messages that are remembered. The one whose last failure is the oldest is forgotten first. */
const MAX_MESSAGES = 10_000;

const open = (attempts: number): Promise<Standing> => Promise.resolve({ attempts, begun: 0, job: 'open' });

/**
 * Counts failed runs without a store: by MessageId, in this process. Other processes and the next start begin at 0, and
 * a run that ends the process is not counted. So 50 receives end a message, whatever their outcome.
 */
export class ProcessAttempts implements Attempts {
  readonly maxReceives = 50;
  private readonly failed = new Map<string, number>();

  standing({ messageId }: Delivery): Promise<Standing> {
    return open(this.failed.get(messageId) ?? 0);
  }

  begin(delivery: Delivery): Promise<Standing> {
    return this.standing(delivery);
  }

  takeBack(): Promise<void> {
    return Promise.resolve();
  }

  fail({ messageId }: Delivery): Promise<Standing> {
    const attempts = (this.failed.get(messageId) ?? 0) + 1;
    this.failed.delete(messageId);
    if (this.failed.size >= MAX_MESSAGES) {
      const [oldest = ''] = this.failed.keys();
      this.failed.delete(oldest);
    }
    this.failed.set(messageId, attempts);
    return open(attempts);
  }

  deadLettered({ messageId }: Delivery): Promise<void> {
    this.failed.delete(messageId);
    return Promise.resolve();
  }

  /** Overridden by an application whose jobs have ids of their own. */
  readonly jobId: Attempts['jobId'] = () => undefined;
}
