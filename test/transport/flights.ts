import { setImmediate as turn } from 'node:timers/promises';
import { toDelivery } from '../../transport/delivery/delivery';
import { type Admission } from '../../transport/run/admission';
import { InFlight } from '../../transport/run/in-flight';

export function newFlight(begun = 0, leaseSeconds = 30): InFlight {
  const flight = new InFlight(toDelivery({ MessageId: 'm' }, 0), leaseSeconds);
  flight.standing = { attempts: 0, begun, job: 'open' };
  return flight;
}

/** A delivery that has come and waits. */
export function come(admission: Admission, begun = 0): InFlight {
  const flight = newFlight(begun);
  admission.admit(flight);
  return flight;
}

/** What a promise has come to by now. */
export const soFar = <T>(promise: Promise<T>): Promise<T | 'pending'> =>
  Promise.race([promise, turn().then(() => 'pending' as const)]);
