import { WiringError } from './errors';

/** Whether two URLs name one queue: brokers take a URL with slashes at its end as well. */
export const isSameQueue = (one: string, other: string): boolean => withoutEndSlashes(one) === withoutEndSlashes(other);

/** In one pass, which a pattern that looks for slashes at the end does not do. */
function withoutEndSlashes(url: string): string {
  let end = url.length;
  while (url.endsWith('/', end)) end -= 1;
  return url.slice(0, end);
}

/** Throws a `WiringError` for a queue that is its own dead-letter queue. */
export function assertApart(queueUrl: string, deadLetterQueueUrl: string): void {
  if (isSameQueue(queueUrl, deadLetterQueueUrl))
    throw new WiringError(
      'The dead-letter queue is the queue itself: every dead letter would come back; name another.',
    );
}
