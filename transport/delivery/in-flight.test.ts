import { setTimeout as wait } from 'node:timers/promises';
import { newFlight } from '../../test/transport/flights';
import { LeaseLost } from './handler';
import { leaseEnd } from './in-flight';

const trueNow = Date.now.bind(Date);
const HOUR = 60 * 60 * 1_000;
/** The wall clock alone; the monotonic one goes on. */
const stepClock = (ms: number): void => {
  Date.now = () => trueNow() + ms;
};
afterEach(() => {
  Date.now = trueNow;
});

/** Of a lease of 50 ms. */
const shortLease = () => newFlight({ leaseSeconds: 0.05 });

it('a lease has ended once it has by both clocks', async () => {
  const flight = shortLease();
  expect([flight.hasLeaseEnded(), flight.leaseLeftMs() > 0]).toEqual([false, true]);
  await wait(60);
  expect([flight.hasLeaseEnded(), flight.leaseLeftMs() > 0]).toEqual([true, false]);
});

it.each([
  ['forward, by the wall clock alone', HOUR, 0],
  ['back, by the monotonic one alone', -HOUR, 60],
])('a step of an hour %s: it has not ended, and is to be extended at once', async (_, step, ms) => {
  const flight = shortLease();
  stepClock(step);
  await wait(ms);
  expect([flight.hasLeaseEnded(), flight.leaseLeftMs() > 0]).toEqual([false, false]);
  flight.extendTo(leaseEnd(0.05));
  expect([flight.hasLeaseEnded(), flight.leaseLeftMs() > 0]).toEqual([false, true]);
});

it('a lease that is lost stays so until the message comes again', () => {
  const flight = newFlight();
  flight.loseLease('gone');
  expect(flight.signal.reason).toBeInstanceOf(LeaseLost);
  flight.extendTo(leaseEnd(30));
  expect([flight.hasLostLease, flight.isOurs]).toEqual([true, false]);
  flight.adopt({ ...flight.delivery, receiptHandle: 'again' }, 30);
  expect([flight.hasLostLease, flight.isOurs, flight.delivery.receiptHandle]).toEqual([false, true, 'again']);
  // Its handler was told to stop, and is not told otherwise.
  expect(flight.abortedBy).toBeInstanceOf(LeaseLost);
});

it('its message can be hidden for what is left of 12 hours, however long it ran', () => {
  const flight = newFlight();
  const since = performance.now();
  const after = (hours: number): number => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(since + hours * HOUR);
    const left = flight.hiddenSecondsLeft();
    now.mockRestore();
    return left;
  };
  expect([0, 2, 11.5].map((hours) => Math.round(after(hours) / 10) * 10)).toEqual([43_200, 36_000, 1_800]);
  expect(after(13)).toBe(0);
  // SQS counts from its own receive, which was earlier.
  expect(after(0)).toBeLessThan(43_200);
});
