import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { errorText } from './error-text';

/**
 * The pause before a store that is unavailable is asked again, doubling; a drain waits up to this long for the next
 * try.
 */
const ASK_AGAIN_MS = { first: 100, max: 1_000 };

const logger = new Logger('Attempts');

/**
 * Asks the attempts port until it answers. While the store is unavailable the delivery waits under its lease, if it has
 * one. `not-ours` once another consumer may have the message, or once the drain no longer waits for it.
 */
export async function askPatiently<T>(
  delivery: { readonly isOurs: boolean },
  question: () => Promise<T>,
): Promise<T | 'not-ours'> {
  let waitMs = ASK_AGAIN_MS.first;
  while (delivery.isOurs) {
    try {
      return await question();
    } catch (error) {
      if (waitMs === ASK_AGAIN_MS.first) logger.warn(`A call to the store failed, a job waits: ${errorText(error)}`);
    }
    await wait(waitMs);
    waitMs = Math.min(waitMs * 2, ASK_AGAIN_MS.max);
  }
  return 'not-ours';
}
