import { onSqsCall } from '../rig/process/sqs-calls';

/** The SQS calls that leave this process, by kind. */
export class HttpCalls {
  private readonly counts = new Map<string, number>();
  /** Milliseconds since the epoch; undefined before the first receive. */
  firstReceiveAt: number | undefined;

  constructor() {
    onSqsCall((kind) => {
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      if (kind === 'ReceiveMessage') this.firstReceiveAt ??= Date.now();
    });
  }

  /** The calls so far. */
  snapshot(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}

/** What came between two snapshots. */
export const callsBetween = (
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)]));
