import { type Attempts, type Delivery, type Standing } from '../../transport/index';

/** What the jobs of a test have come to, by MessageId; it outlives the consumer, as a store does. */
export class Notes {
  readonly attempts = new Map<string, number>();
  readonly begun = new Map<string, number>();
  /** Ids of what was dead-lettered, once for each call. */
  readonly deadLettered: { readonly messageId: string; readonly sent: boolean }[] = [];
}

/** An attempts port on the notes of a test. */
export function notedAttempts(notes: Notes): new () => Attempts {
  const standing = ({ messageId }: Delivery): Standing => ({
    attempts: notes.attempts.get(messageId) ?? 0,
    begun: notes.begun.get(messageId) ?? 0,
    job: 'open',
  });
  const add = (counts: Map<string, number>, { messageId }: Delivery, more: number): void => {
    counts.set(messageId, Math.max(0, (counts.get(messageId) ?? 0) + more));
  };
  return class implements Attempts {
    async standing(delivery: Delivery): Promise<Standing> {
      return Promise.resolve(standing(delivery));
    }

    async begin(delivery: Delivery): Promise<Standing> {
      add(notes.begun, delivery, 1);
      return this.standing(delivery);
    }

    async takeBack(delivery: Delivery): Promise<void> {
      add(notes.begun, delivery, -1);
      return Promise.resolve();
    }

    async fail(delivery: Delivery, _failure: unknown, noted: boolean): Promise<Standing> {
      if (noted) add(notes.begun, delivery, -1);
      add(notes.attempts, delivery, 1);
      return this.standing(delivery);
    }

    async deadLettered({ messageId }: Delivery, _letter: unknown, sent: boolean): Promise<void> {
      notes.deadLettered.push({ messageId, sent });
      return Promise.resolve();
    }

    jobId(): undefined {
      return undefined;
    }
  };
}
