import { setTimeout as wait } from 'node:timers/promises';
import { Admission } from '../../transport/run/admission';
import { type InFlight } from '../../transport/delivery/in-flight';
import { arrive } from './flights';

/** Longer than a poller with some room waits for more. */
export const PATIENCE_OVER_MS = 60;

/** An hour: no wait of these tests ends by itself, unless it says so. */
export const LONG_MS = 3_600_000;

const closing: Admission[] = [];
/** Ends the waits of the test; for `afterEach`. */
export function closeAll(): void {
  for (const admission of closing.splice(0)) {
    admission.endWaits();
    admission.pollers.close(new Error('over'));
  }
}

export function create(permits: number): Admission {
  const admission = new Admission(permits);
  closing.push(admission);
  return admission;
}

/** It comes and, if a permit is free, runs. */
export function run(admission: Admission, timeoutSeconds?: number): InFlight {
  const flight = arrive(admission, timeoutSeconds === undefined ? {} : { timeoutSeconds });
  void admission.permit(flight, LONG_MS);
  return flight;
}

export const answerOf = <T>(promise: Promise<T>): Promise<T | 'none yet'> =>
  Promise.race([promise.catch(() => 'none yet' as const), wait(0, 'none yet' as const)]);

/** What a poller is told within its patience; its receive is answered with nothing. */
export async function room(admission: Admission): Promise<number | 'none yet'> {
  const count = await Promise.race([admission.pollers.ask(), wait(PATIENCE_OVER_MS, 'none yet' as const)]);
  if (typeof count === 'number') admission.pollers.answered(count);
  return count;
}
