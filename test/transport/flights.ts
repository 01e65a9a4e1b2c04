import { type Message } from '@aws-sdk/client-sqs';
import { setImmediate as turn } from 'node:timers/promises';
import { toDelivery } from '../../transport/delivery/delivery';
import { type Policy } from '../../transport/delivery/policy';
import { ConsumerMetrics } from '../../transport/metrics/consumer-metrics';
import { Metrics } from '../../transport/metrics/metrics';
import { type Admission } from '../../transport/run/admission';
import { InFlight } from '../../transport/delivery/in-flight';

export const POLICY: Policy = {
  maxAttempts: 5,
  maxBegunRuns: 15,
  timeoutSeconds: 60,
  backoff: { firstSeconds: 2, maxSeconds: 900, factor: 2 },
};

/** Counts for nobody to read. */
export const UNREAD = new ConsumerMetrics(new Metrics());

interface FlightOptions {
  readonly message?: Message;
  readonly begun?: number;
  readonly leaseSeconds?: number;
  readonly timeoutSeconds?: number;
}

export function newFlight(options: FlightOptions = {}): InFlight {
  const {
    message = { MessageId: 'm' },
    begun = 0,
    leaseSeconds = 30,
    timeoutSeconds = POLICY.timeoutSeconds,
  } = options;
  const policy = { ...POLICY, timeoutSeconds };
  const flight = new InFlight(toDelivery(message, 0), { policy, counts: UNREAD.ofType(undefined), leaseSeconds });
  flight.standing = { attempts: 0, begun, job: 'open' };
  return flight;
}

/** A delivery that has come and waits. */
export function arrive(admission: Admission, options?: FlightOptions): InFlight {
  const flight = newFlight(options);
  admission.admit(flight);
  return flight;
}

/** What a promise has come to by now. */
export const soFar = <T>(promise: Promise<T>): Promise<T | 'pending'> =>
  Promise.race([promise, turn().then(() => 'pending' as const)]);
