import { Logger } from '@nestjs/common';
import { type Decision } from '../delivery/decision';
import { type Delivery } from '../delivery/delivery';
import { errorText } from '../delivery/outcome';

/** Milliseconds since the epoch. `startedAt` is undefined for a delivery that was settled without a run. */
export interface Timings {
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly startedAt: number | undefined;
  readonly settledAt: number;
}

/** Told of every settled delivery and how it ended. */
export type SettledListener = (delivery: Delivery, decision: Decision, timings: Timings) => void;

/** Tells its listeners; one that throws harms neither the delivery nor the others. */
export class SettledListeners {
  private readonly logger = new Logger('SettledListeners');
  private readonly listeners: SettledListener[] = [];

  add(listener: SettledListener): void {
    this.listeners.push(listener);
  }

  tell(delivery: Delivery, decision: Decision, startedAt: number | undefined): void {
    const { sentAt, receivedAt } = delivery;
    for (const listener of this.listeners) {
      try {
        listener(delivery, decision, { sentAt, receivedAt, startedAt, settledAt: Date.now() });
      } catch (error) {
        this.logger.error(`A listener of settled deliveries failed: ${errorText(error)}`);
      }
    }
  }
}
