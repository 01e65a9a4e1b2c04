import { type Attempts, type Standing } from './attempts';
import { type Delivery } from './delivery';

/** The messages that failed last, kept until the process ends. */
const MAX_MESSAGES = 10_000;

const open = (attempts: number): Promise<Standing> => Promise.resolve({ attempts, begun: 0, job: 'open' });

/**
 * Counts without a store: failed runs by MessageId, in this process. Other processes and the next start count anew, and
 * a run that ends the process is not known; so 50 receives end a message, whatever they came to.
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

  /** An application that knows the job by an id of its own overrides this. */
  readonly jobId: Attempts['jobId'] = () => undefined;
}
