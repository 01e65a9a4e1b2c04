import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as wait } from 'node:timers/promises';
import { byPosition } from '../sqs/batch-answer';
import { Batcher } from '../sqs/batcher';
import { type Delivery } from '../delivery/delivery';
import { type ConsumerMetrics } from '../metrics/consumer-metrics';
import { DeliveryMemory } from './delivery-memory';

/** Long enough to gather nearly ten under load, short enough to go unnoticed beside a call. */
const LINGER_MS = 5;
const MAX_CALLS = 16;
/** Pauses between the tries of a delete, about 6 s in all. Then the lease lapses, and the next delivery is deleted. */
const DELETE_RETRY_MS = [100, 200, 400, 800, 1_600, 3_200];

/** SQS will never accept this entry: the lease or the receipt handle is gone. */
class EntryRefused extends Error {}

const ENTRY_ANSWERS = {
  accepted: (): true => true,
  refused: (text: string): Error => new EntryRefused(text),
  failed: (text: string): Error => new Error(text),
};

interface VisibilityChange {
  readonly receiptHandle: string;
  readonly seconds: number;
}

/** `lost`: the lease is gone for good; `unknown`: ask again while the lease lasts. */
export type Extension = 'extended' | 'lost' | 'unknown';

/**
 * Carries out what was decided for deliveries of one queue, in batch calls whose entries fail or succeed on their own.
 */
export class Settlement {
  private readonly done = new DeliveryMemory();
  private readonly deletes: Batcher<string, true>;
  private readonly visibility: Batcher<VisibilityChange, true>;

  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
    private readonly metrics: Pick<ConsumerMetrics, 'deletesFailed' | 'heartbeats'>,
  ) {
    // What waits is limited by what is received.
    const common = { lingerMs: LINGER_MS, gatherMs: LINGER_MS, maxCalls: MAX_CALLS };
    this.deletes = new Batcher({ ...common, call: (handles) => this.deleteBatch(handles) });
    this.visibility = new Batcher({ ...common, call: (changes) => this.changeBatch(changes) });
  }

  /** True for a delivery that was done before and could not be deleted then. */
  wasDone(delivery: Delivery): boolean {
    return this.done.has(delivery);
  }

  /**
   * Deletes a delivery that is done. If the delete is given up, the message comes again and is only deleted then. SQS
   * also accepts the handle of a lease that has ended, and may delete nothing. So the delivery is remembered unless its
   * lease still holds.
   */
  async delete(delivery: Delivery, leaseHolds: () => boolean): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await this.deleteByLatest(delivery);
        if (leaseHolds()) this.done.forget(delivery);
        else this.done.remember(delivery);
        return;
      } catch (error) {
        this.done.remember(delivery);
        this.metrics.deletesFailed.add();
        const retryMs = DELETE_RETRY_MS[failures];
        if (error instanceof EntryRefused || retryMs === undefined) return;
        await wait(retryMs);
      }
    }
  }

  /** SQS may answer yes to a handle that a later receive has replaced, and delete nothing; or refuse it. */
  private async deleteByLatest(delivery: Delivery): Promise<void> {
    for (;;) {
      const handle = delivery.receiptHandle;
      const isLatest = (): boolean => handle === delivery.receiptHandle;
      await this.deletes.add(handle).catch((error: unknown) => {
        if (isLatest()) throw error;
      });
      if (isLatest()) return;
    }
  }

  /** Makes the message visible again after `seconds`. If that fails, it is visible when the lease lapses. */
  async release(delivery: Delivery, seconds: number): Promise<void> {
    await this.change(delivery, seconds);
  }

  /** A heartbeat: moves the end of the lease to `seconds` from now. */
  async extend(delivery: Delivery, seconds: number): Promise<Extension> {
    const extension = await this.change(delivery, seconds);
    this.metrics.heartbeats[extension].add();
    return extension;
  }

  private async change(delivery: Delivery, seconds: number): Promise<Extension> {
    try {
      await this.visibility.add({ receiptHandle: delivery.receiptHandle, seconds });
      return 'extended';
    } catch (error) {
      return error instanceof EntryRefused ? 'lost' : 'unknown';
    }
  }

  /** Resolves when every call so far has its answer. */
  async flush(): Promise<void> {
    await Promise.all([this.deletes.flush(), this.visibility.flush()]);
  }

  private async deleteBatch(handles: readonly string[]): Promise<(true | Error)[]> {
    const Entries = handles.map((ReceiptHandle, position) => ({ Id: String(position), ReceiptHandle }));
    const answer = await this.client.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries }));
    return byPosition(handles.length, answer, ENTRY_ANSWERS);
  }

  private async changeBatch(changes: readonly VisibilityChange[]): Promise<(true | Error)[]> {
    const Entries = changes.map(({ receiptHandle, seconds }, position) => ({
      Id: String(position),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }));
    const answer = await this.client.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.queueUrl, Entries }),
    );
    return byPosition(changes.length, answer, ENTRY_ANSWERS);
  }
}
