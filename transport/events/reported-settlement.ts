import { orderedGroup, type Delivery } from '../delivery/delivery';
import { type Settlement } from '../settle/settlement';

/** What was given back without an attempt is away for longer at each receive, since receives are numbered too. */
const GIVEN_BACK_SECONDS = { first: 5, most: 900 };

/**
 * Settles the deliveries of one event by a report: whoever brought them deletes what is done, and leaves in the queue
 * what the report names. What nobody settled is not done.
 */
export class ReportedSettlement {
  private readonly done = new Set<string>();
  private readonly released = new Set<string>();
  /** By FIFO group: seconds until its first that is left comes again. The rest comes no sooner, so in its order. */
  private readonly groups = new Map<string, number>();

  constructor(private readonly settlement: Pick<Settlement, 'release'>) {}

  /** A delete that failed is not known here; the record tells at the next delivery. */
  wasDone(): boolean {
    return false;
  }

  delete(delivery: Delivery): Promise<void> {
    this.done.add(delivery.messageId);
    return Promise.resolve();
  }

  /** 0 seconds: no attempt was made, or it is not its turn. */
  async release(delivery: Delivery, seconds: number): Promise<void> {
    this.released.add(delivery.messageId);
    await this.settlement.release(delivery, this.secondsUntilNext(delivery, seconds));
  }

  /** The MessageIds of those that are not done; what was not even begun is given back first. */
  async notDone(deliveries: readonly Delivery[]): Promise<string[]> {
    const left = deliveries.filter(({ messageId }) => !this.done.has(messageId));
    await Promise.all(
      left.filter(({ messageId }) => !this.released.has(messageId)).map((delivery) => this.release(delivery, 0)),
    );
    return [...new Set(left.map(({ messageId }) => messageId))];
  }

  private secondsUntilNext(delivery: Delivery, asked: number): number {
    const { first, most } = GIVEN_BACK_SECONDS;
    const seconds = asked > 0 ? asked : Math.min(most, first * 2 ** (delivery.receiveCount - 1));
    const group = orderedGroup(delivery);
    if (group === undefined) return seconds;
    const ofGroup = this.groups.get(group) ?? seconds;
    this.groups.set(group, ofGroup);
    return ofGroup;
  }
}
