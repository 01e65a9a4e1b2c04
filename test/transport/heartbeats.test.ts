import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { Deliveries } from '../../transport/run/deliveries';
import { Heartbeats } from '../../transport/run/heartbeats';
import { leaseEnd } from '../../transport/delivery/in-flight';
import { Settlement } from '../../transport/settle/settlement';
import { createWorkClient } from '../../transport/sqs/clients';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { sideBySide } from '../harness/side-by-side';
import { VisibilityLog } from '../harness/visibility-log';
import { newFlight, UNREAD } from './flights';

const TWELVE_HOURS_MS = 12 * 60 * 60 * 1_000;
const LEASE_SECONDS = 2;

const broker = withBroker();
const { it, own } = sideBySide({
  async open() {
    const [proxy, { queueUrl }] = [await startFaultProxy(broker().endpoint), await broker().createQueues()];
    const client = createWorkClient({ queueUrl, region: broker().region, endpoint: proxy.endpoint });
    const flights = new Deliveries();
    const settlement = new Settlement(client, queueUrl, UNREAD);
    const heartbeats = new Heartbeats(settlement, flights, () => LEASE_SECONDS);
    return { proxy, client, flights, heartbeats };
  },
  async close({ proxy, client, heartbeats }) {
    heartbeats.stop();
    client.destroy();
    await proxy.close();
  },
});

/** In flight under a lease that is half gone, received this long before SQS's twelve hours are over. */
function receivedBeforeTheEnd(leftMs: number): ReturnType<typeof newFlight> {
  const now = performance.now();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(now - TWELVE_HOURS_MS + leftMs);
  const flight = newFlight({ message: { MessageId: 'one', ReceiptHandle: 'one', Body: '{}' } });
  clock.mockRestore();
  flight.extendTo(leaseEnd(LEASE_SECONDS / 2));
  own().flights.add(flight);
  return flight;
}

it('tells a handler to stop in the last minute of the twelve hours of SQS, and asks for nothing more', async () => {
  const flight = receivedBeforeTheEnd(30_000);
  own().heartbeats.start();
  await eventually(() => flight.hasLostLease);
  expect(flight.abortedBy?.message).toMatch('12 hours');
  expect(own().proxy.count('ChangeMessageVisibilityBatch')).toBe(0);
});

it('extends a lease once more two minutes before their end', async () => {
  const changes = new VisibilityLog(own().proxy);
  receivedBeforeTheEnd(120_000);
  own().heartbeats.start();
  await eventually(() => changes.seconds.length > 0);
  expect(changes.seconds[0]).toBe(LEASE_SECONDS);
});
