import { createHash } from 'node:crypto';
import { type EventEmitter } from 'node:events';

/** A body as it travels: a JSON string literal, and the MD5 of what it says. */
export interface Body {
  readonly literal: string;
  readonly md5: string;
}

interface Stored {
  readonly id: string;
  readonly body: Body;
  /** MessageAttributes as JSON; empty without any. */
  readonly attributes: string;
  readonly sentAt: number;
  firstReceivedAt: number;
  receives: number;
  /** When its lease ends, in ms since the epoch; only while in flight. */
  leaseEnds: number;
}

/** What a receive asks for beside the bodies. */
export interface ReceiveWish {
  readonly most: number;
  readonly leaseMs: number;
  readonly withSystemAttributes: boolean;
  readonly withAttributes: boolean;
}

/** Equal padding is kept once: a literal that ends in it is a rope. */
const PAD = new Map<number, string>();

function padOf(bytes: number): string {
  const known = PAD.get(bytes) ?? ' '.repeat(bytes);
  PAD.set(bytes, known);
  return known;
}

/** The body of a job, made `bytes` long by spaces before its closing brace. */
export function paddedBody(json: string, bytes: number): Body {
  const pad = padOf(Math.max(0, bytes - json.length));
  const md5 = createHash('md5').update(json.slice(0, -1)).update(pad).update('}').digest('hex');
  return { literal: `${JSON.stringify(json).slice(0, -2)}${pad}}"`, md5 };
}

export const bodyOf = (text: string): Body => ({
  literal: JSON.stringify(text),
  md5: createHash('md5').update(text).digest('hex'),
});

/** A standard queue in memory: in order, at least once, leases lapse; no dead letters of its own. */
export class StandInQueue {
  readonly calls = new Map<string, number>();
  private ready: Stored[] = [];
  /** Everything in `ready` before this has been taken. */
  private head = 0;
  private readonly inFlight = new Map<string, Stored>();
  private readonly waiters = new Set<() => void>();
  private made = 0;

  constructor(readonly attributes: Record<string, string>) {}

  get visible(): number {
    return this.ready.length - this.head;
  }

  get hidden(): number {
    return this.inFlight.size;
  }

  add(body: Body, attributes: string): string {
    this.made += 1;
    const id = `00000000-0000-4000-8000-${String(this.made).padStart(12, '0')}`;
    this.ready.push({ id, body, attributes, sentAt: Date.now(), firstReceivedAt: 0, receives: 0, leaseEnds: 0 });
    this.wake();
    return id;
  }

  /** The messages as JSON, separated by commas; empty if there are none. */
  take({ most, leaseMs, withSystemAttributes, withAttributes }: ReceiveWish): string {
    const now = Date.now();
    const taken = this.ready.slice(this.head, this.head + most);
    this.head += taken.length;
    if (this.head > 10_000) {
      this.ready = this.ready.slice(this.head);
      this.head = 0;
    }
    const texts = taken.map((message) => {
      message.receives += 1;
      message.firstReceivedAt ||= now;
      message.leaseEnds = now + leaseMs;
      const handle = `${message.id}/${message.receives}`;
      this.inFlight.set(handle, message);
      const system = withSystemAttributes
        ? `,"Attributes":{"SenderId":"stand-in","SentTimestamp":"${message.sentAt}","ApproximateReceiveCount":"${message.receives}","ApproximateFirstReceiveTimestamp":"${message.firstReceivedAt}"}`
        : '';
      const own = withAttributes && message.attributes !== '' ? `,"MessageAttributes":${message.attributes}` : '';
      const { literal, md5 } = message.body;
      return `{"MessageId":"${message.id}","ReceiptHandle":"${handle}","MD5OfBody":"${md5}","Body":${literal}${system}${own}}`;
    });
    return texts.join(',');
  }

  /** Resolves when there may be something to take, after `ms`, or when who asks has gone. */
  async something(ms: number, asking: EventEmitter): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        asking.off('close', end);
        this.waiters.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.waiters.add(end);
      asking.once('close', end);
    });
  }

  /** As SQS: a handle that is not the latest is answered yes anyway. */
  delete(handle: string): void {
    this.inFlight.delete(handle);
  }

  /** False: the handle holds no lease. */
  change(handle: string, leaseMs: number): boolean {
    const message = this.inFlight.get(handle);
    if (!message) return false;
    message.leaseEnds = Date.now() + leaseMs;
    if (leaseMs === 0) this.lapse();
    return true;
  }

  /** Makes visible what was not settled within its lease. */
  lapse(): void {
    const now = Date.now();
    for (const [handle, message] of this.inFlight) {
      if (message.leaseEnds > now) continue;
      this.inFlight.delete(handle);
      this.ready.push(message);
      this.wake();
    }
  }

  count(action: string): void {
    this.calls.set(action, (this.calls.get(action) ?? 0) + 1);
  }

  private wake(): void {
    const [first] = this.waiters;
    first?.();
  }
}
