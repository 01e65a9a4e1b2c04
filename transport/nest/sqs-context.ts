import { type MessageAttributeValue } from '@aws-sdk/client-sqs';
import { BaseRpcContext } from '@nestjs/microservices';
import { type Delivery } from '../delivery/delivery';
import { type Run } from '../delivery/handler';

/** What a handler gets by `@Ctx()`: the facts of its delivery, and the signal that tells it to stop. */
export class SqsContext extends BaseRpcContext<[Readonly<Delivery>, Run]> {
  /**
   * Aborted when the lease is lost, the timeout or an event's time is over, or the process ends. `reason` says which.
   */
  get signal(): AbortSignal {
    return this.args[1].signal;
  }

  /** The work is over, what is left is to record it: from here the handler timeout counts no longer. */
  workEnded(): void {
    this.args[1].workEnded();
  }

  /** The number of this run: 1, and one more for each earlier run of the job that failed. */
  readonly attempt = this.args[1].attempt;

  get messageId(): string {
    return this.delivery.messageId;
  }

  /** This receive included. */
  get receiveCount(): number {
    return this.delivery.receiveCount;
  }

  /** When SQS took the message. */
  get sentAt(): Date {
    return new Date(this.delivery.sentAt);
  }

  get groupId(): string | undefined {
    return this.delivery.groupId;
  }

  get attributes(): Readonly<Record<string, MessageAttributeValue>> {
    return this.delivery.attributes;
  }

  private get delivery(): Readonly<Delivery> {
    return this.args[0];
  }
}
