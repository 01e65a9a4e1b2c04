import { Logger } from '@nestjs/common';
import { type Decision } from '../delivery/decision';
import { type Delivery } from '../delivery/delivery';
import { errorText } from '../delivery/error-text';
import { type InFlight } from '../delivery/in-flight';

/** How a delivery was settled. Times are in milliseconds since the epoch. */
export interface Settled {
  readonly delivery: Readonly<Delivery>;
  readonly action: Decision['action'];
  /** The reason of a dead letter. */
  readonly reason?: string;
  /** The error of the last failed run. */
  readonly error?: string;
  /** Failed runs so far. */
  readonly attempts: number;
  /** Undefined for a delivery that was settled without a run. */
  readonly startedAt: number | undefined;
  readonly settledAt: number;
}

/** Called for each settled delivery. A promise that it returns is only watched for its rejection. */
export type SettledListener = (settled: Settled) => unknown;

/** Notifies listeners. One that throws or rejects harms neither the delivery nor the others. */
export class SettledListeners {
  private readonly logger = new Logger('SettledListeners');
  private readonly listeners: SettledListener[] = [];

  add(listener: SettledListener): void {
    this.listeners.push(listener);
  }

  tell({ delivery, startedAt, standing }: InFlight, decision: Decision): void {
    if (this.listeners.length === 0) return;
    const settledAt = Date.now();
    const settled: Settled = {
      delivery,
      action: decision.action,
      attempts: standing.attempts,
      ...('reason' in decision && { reason: decision.reason }),
      ...('error' in decision && { error: decision.error }),
      startedAt: startedAt === undefined ? undefined : settledAt - (performance.now() - startedAt),
      settledAt,
    };
    for (const listener of this.listeners) void this.call(listener, settled);
  }

  private async call(listener: SettledListener, settled: Settled): Promise<void> {
    try {
      await listener(settled);
    } catch (error) {
      this.logger.error(`A listener of settled deliveries failed: ${errorText(error)}`);
    }
  }
}
