import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type Standing } from '../delivery/attempts';
import { type Flight } from './flight';
import { errorText } from '../delivery/outcome';

/** Between two tries to ask a store that is away; a drain waits at most this long for the next. */
const ASK_AGAIN_MS = { first: 100, most: 1_000 };

const logger = new Logger('Engine');

/**
 * How a delivery's job stands. While the store is away the delivery waits under its lease: a release would cost a
 * receive. Undefined: no longer ours.
 */
export async function ask(flight: Flight, question: () => Promise<Standing>): Promise<Standing | undefined> {
  let waitMs = ASK_AGAIN_MS.first;
  while (!flight.hasLostLease() && !flight.givenUp) {
    try {
      return await question();
    } catch (error) {
      if (waitMs === ASK_AGAIN_MS.first) logger.warn(`The store does not answer, a job waits: ${errorText(error)}`);
    }
    await wait(waitMs);
    waitMs = Math.min(waitMs * 2, ASK_AGAIN_MS.most);
  }
  return undefined;
}
