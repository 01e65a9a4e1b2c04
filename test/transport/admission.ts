import { setTimeout as wait } from 'node:timers/promises';
import { toDelivery } from '../../transport/delivery/delivery';
import { Admission } from '../../transport/run/admission';
import { InFlight } from '../../transport/run/in-flight';

/** Longer than a poller with some room waits for more. */
export const PATIENCE_OVER_MS = 60;

/** An hour: no wait of these tests ends by itself, unless it says so. */
export const LONG_MS = 3_600_000;

const closing: Admission[] = [];
/** Ends the waits of the test; for `afterEach`. */
export function closeAll(): void {
  for (const admission of closing.splice(0)) {
    admission.endWaits();
    admission.close(new Error('over'));
  }
}

export function create(permits: number): Admission {
  const admission = new Admission(permits);
  closing.push(admission);
  return admission;
}

export function arrive(admission: Admission, begun = 0): InFlight {
  const flight = new InFlight(toDelivery({}, 0), 30);
  flight.standing = { attempts: 0, begun, job: 'open' };
  admission.admit(flight);
  return flight;
}

/** It comes and, if a permit is free, runs. */
export function run(admission: Admission): InFlight {
  const flight = arrive(admission);
  void admission.permit(flight, LONG_MS);
  return flight;
}

export const answerOf = <T>(promise: Promise<T>): Promise<T | 'none yet'> =>
  Promise.race([promise.catch(() => 'none yet' as const), wait(0, 'none yet' as const)]);

/** What a poller is told within its patience; its receive is answered with nothing. */
export async function room(admission: Admission): Promise<number | 'none yet'> {
  const count = await Promise.race([admission.ask(), wait(PATIENCE_OVER_MS, 'none yet' as const)]);
  if (typeof count === 'number') admission.answered(count);
  return count;
}
