import { subscribe } from 'node:diagnostics_channel';
import { type ClientRequest } from 'node:http';

/**
 * The SQS calls that leave this process, by kind, whatever library makes them: counted where Node sends a request, so a
 * retry counts too.
 */
export class HttpCalls {
  private readonly counts = new Map<string, number>();
  /** Milliseconds since the epoch; undefined before the first receive. */
  firstReceiveAt: number | undefined;

  constructor() {
    subscribe('http.client.request.start', (message) => {
      const target = (message as { readonly request: ClientRequest }).request.getHeader('x-amz-target');
      if (typeof target !== 'string') return;
      const kind = target.slice(target.indexOf('.') + 1);
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
