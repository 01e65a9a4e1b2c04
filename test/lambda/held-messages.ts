import { type MessageSystemAttributeName } from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { toRecord } from '../../experiments/rig/lambda/events';

interface Held {
  readonly messageId: string;
  readonly id: string;
  readonly input: number;
  readonly group: string | undefined;
  receives: number;
}

export interface SentJob {
  readonly input: number;
  readonly group?: string;
  /** Receives before this event. */
  readonly receives?: number;
}

/** What one event came to. */
export interface EventAnswer {
  readonly status: number;
  readonly tookMs: number;
  /** Inputs of what was reported, or of the whole event where it failed. */
  readonly kept: readonly number[];
}

/**
 * An event source that holds its messages itself: what is reported comes again at once, received once more. The test
 * says how many receives a message has behind it, which a broker would take hours to count.
 */
export class HeldMessages {
  readonly ids = new Map<number, string>();
  private held: Held[] = [];

  constructor(
    /** Of the consumer. */
    private readonly url: string,
    private readonly deadlineMs: number,
  ) {}

  get left(): number {
    return this.held.length;
  }

  add(jobs: readonly SentJob[]): void {
    for (const { input, group, receives = 0 } of jobs) {
      const id = randomUUID();
      this.ids.set(input, id);
      this.held.push({ messageId: randomUUID(), id, input, group, receives });
    }
  }

  /** Posts one event of up to `size` messages, and holds on to what it reports. */
  async event(size = Infinity): Promise<EventAnswer> {
    const taken = this.held.slice(0, size);
    for (const message of taken) message.receives += 1;
    const body = JSON.stringify({ Records: taken.map(recordOf) });
    const beganAt = performance.now();
    const response = await fetch(`${this.url}/events`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-amzn-lambda-context': JSON.stringify({ deadline: Date.now() + this.deadlineMs }),
      },
    });
    const tookMs = performance.now() - beganAt;
    const kept = response.ok ? await reportedBy(response) : new Set(taken.map(({ messageId }) => messageId));
    this.held = this.held.filter((message) => !taken.includes(message) || kept.has(message.messageId));
    const inputs = taken.filter(({ messageId }) => kept.has(messageId)).map(({ input }) => input);
    return { status: response.status, tookMs, kept: inputs };
  }

  /** Events until nothing is left; tells how many it took, up to `max`. */
  async untilNoneIsLeft(max: number, size?: number): Promise<number> {
    for (let events = 0; ; events += 1) {
      if (this.left === 0 || events === max) return events;
      await this.event(size);
    }
  }
}

async function reportedBy(response: Response): Promise<Set<string>> {
  const { batchItemFailures } = (await response.json()) as { batchItemFailures: { itemIdentifier: string }[] };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

function recordOf({ messageId, id, input, group, receives }: Held, place: number): unknown {
  const Attributes: Partial<Record<MessageSystemAttributeName, string>> = {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(Date.now()),
    ...(group !== undefined && { MessageGroupId: group, SequenceNumber: String(place + 1) }),
  };
  return toRecord({
    MessageId: messageId,
    ReceiptHandle: `handle-${messageId}`,
    Body: JSON.stringify({ id, input }),
    Attributes,
  });
}
