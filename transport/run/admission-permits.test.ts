import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { answerOf, closeAll, create, LONG_MS, run } from '../../test/transport/admission';
import { arrive } from '../../test/transport/flights';
import { type Permit } from './admission';
import { type InFlight } from '../delivery/in-flight';

afterEach(closeAll);

describe('permits', () => {
  it('are given up to their number, then in the order of the deliveries that wait', async () => {
    const admission = create(2);
    const [first, second, third, fourth] = [0, 0, 0, 0].map(() => arrive(admission));
    if (!first || !second || !third || !fourth) throw new Error('four arrived');
    expect(await admission.permit(first, LONG_MS)).toBe('granted');
    expect(await admission.permit(second, LONG_MS)).toBe('granted');
    expect([first.phase, first.startedAt]).toEqual(['running', expect.any(Number)]);
    const [waiting, next] = [admission.permit(third, LONG_MS), admission.permit(fourth, LONG_MS)];
    expect(await answerOf(waiting)).toBe('none yet');
    admission.enter(first, 'recording');
    expect([await answerOf(waiting), third.phase, await answerOf(next)]).toEqual(['granted', 'running', 'none yet']);
    admission.leave(second);
    expect(await answerOf(next)).toBe('granted');
  });

  it('are held by handlers that are overdue, which are counted until they return', async () => {
    const admission = create(1);
    const flight = run(admission);
    admission.enter(flight, 'overdue');
    expect(admission.unreturned).toBe(1);
    const next = admission.permit(arrive(admission), LONG_MS);
    expect(await answerOf(next)).toBe('none yet');
    admission.leave(flight);
    expect([await answerOf(next), admission.unreturned]).toEqual(['granted', 0]);
  });

  it('tell for how long overdue handlers have held all of them', async () => {
    const admission = create(2);
    const [one, two] = [run(admission), run(admission)];
    admission.enter(one, 'overdue');
    await wait(20);
    expect(admission.stuckMs).toBe(0);
    const since = performance.now();
    admission.enter(two, 'overdue');
    await wait(20);
    // Another delivery that comes and goes does not begin it again.
    admission.leave(arrive(admission));
    expect(admission.stuckMs).toBeGreaterThanOrEqual(15);
    expect(admission.stuckMs).toBeLessThanOrEqual(performance.now() - since);
    admission.leave(two);
    expect(admission.stuckMs).toBe(0);
  });

  it('are held in vain once each overdue handler has had its own timeout again, whichever is longer', () => {
    const admission = create(2);
    const overdue = (timeoutSeconds: number, forSeconds: number): InFlight => {
      const flight = run(admission, timeoutSeconds);
      admission.enter(flight, 'overdue');
      flight.overdueSince -= forSeconds * 1_000;
      return flight;
    };
    const hasty = overdue(10, 50);
    expect(admission.isStuck).toBe(false);
    // The patient one may still return.
    const patient = overdue(100, 50);
    expect(admission.isStuck).toBe(false);
    admission.leave(patient);
    const other = overdue(100, 150);
    expect(admission.isStuck).toBe(true);
    other.overdueSince = performance.now();
    expect(admission.isStuck).toBe(false);
    admission.leave(hasty);
    expect(admission.isStuck).toBe(false);
  });

  it('are refused after the time that a delivery may wait, and then go to the others', async () => {
    const admission = create(1);
    const running = run(admission);
    const [impatient, patient] = [arrive(admission), arrive(admission)];
    const [first, second] = [admission.permit(impatient, 10), admission.permit(patient, LONG_MS)];
    expect(await first).toBe('refused');
    expect(impatient.phase).toBe('waiting');
    admission.leave(running);
    expect([await answerOf(second), impatient.phase]).toEqual(['granted', 'waiting']);
  });

  it('once given are not refused by the time that is over later', async () => {
    const admission = create(1);
    const running = run(admission);
    const [one, other] = [arrive(admission), arrive(admission)];
    const [first, second] = [admission.permit(one, 20), admission.permit(other, LONG_MS)];
    admission.leave(running);
    expect(await first).toBe('granted');
    await wait(40);
    admission.leave(one);
    expect(await answerOf(second)).toBe('granted');
  });

  it('are refused to all that wait, and to those that come, once a drain has begun', async () => {
    const admission = create(1);
    const running = run(admission);
    const waiting = [
      admission.permit(arrive(admission), LONG_MS),
      admission.permit(arrive(admission, { begun: 1 }), LONG_MS),
    ];
    admission.endWaits();
    expect(await Promise.all(waiting.map(answerOf))).toEqual(['refused', 'refused']);
    admission.leave(running);
    expect(await admission.permit(arrive(admission), LONG_MS)).toBe('refused');
  });
});

describe('jobs whose earlier runs had no outcome', () => {
  it('run beside others, and never two at once: fewest begun runs first', async () => {
    const admission = create(10);
    const [three, five, two, three2] = [3, 5, 2, 3].map((begun) => arrive(admission, { begun }));
    if (!three || !five || !two || !three2) throw new Error('four arrived');
    const order: InFlight[] = [];
    const waits = [three, five, two, three2].map((flight) =>
      admission.permit(flight, LONG_MS).then(() => order.push(flight)),
    );
    expect(await answerOf(admission.permit(arrive(admission), LONG_MS))).toBe('granted');
    expect(order).toEqual([three]);
    // Its outcome is not there before it is recorded.
    admission.enter(three, 'recording');
    await wait(0);
    expect(order).toHaveLength(1);
    admission.enter(three, 'settling');
    await wait(0);
    expect(order).toEqual([three, two]);
    admission.leave(two);
    await wait(0);
    admission.enter(three2, 'overdue');
    await Promise.all(waits);
    expect(order).toEqual([three, two, three2, five]);
  });

  it('wait for a permit as others do, which go first while one of them runs', async () => {
    const admission = create(2);
    const [suspect, other] = [arrive(admission, { begun: 1 }), run(admission)];
    expect(await admission.permit(suspect, LONG_MS)).toBe('granted');
    const [second, fresh] = [arrive(admission, { begun: 1 }), arrive(admission)];
    const waits = [admission.permit(second, LONG_MS), admission.permit(fresh, LONG_MS)];
    admission.leave(other);
    expect(await Promise.all(waits.map(answerOf))).toEqual(['none yet', 'granted']);
    admission.leave(fresh);
    expect(await Promise.all(waits.map(answerOf))).toEqual(['none yet', 'granted']);
    admission.leave(suspect);
    expect(await answerOf(waits[0] ?? Promise.reject(new Error()))).toBe('granted');
  });

  it('run in the order of their arrival where as many of their runs began', async () => {
    const admission = create(10);
    const first = arrive(admission, { begun: 1 });
    expect(await admission.permit(first, LONG_MS)).toBe('granted');
    const waiting = [arrive(admission, { begun: 4 }), arrive(admission, { begun: 4 }), arrive(admission, { begun: 4 })];
    const order: number[] = [];
    const waits = waiting.map((flight, place) => admission.permit(flight, LONG_MS).then(() => order.push(place)));
    admission.leave(first);
    for (const flight of waiting) {
      await wait(0);
      admission.leave(flight);
    }
    await Promise.all(waits);
    expect(order).toEqual([0, 1, 2]);
  });

  it('hold nobody up that was refused meanwhile', async () => {
    const admission = create(10);
    const [first, refused, third] = [
      arrive(admission, { begun: 1 }),
      arrive(admission, { begun: 2 }),
      arrive(admission, { begun: 3 }),
    ];
    expect(await admission.permit(first, LONG_MS)).toBe('granted');
    const waiting = admission.permit(refused, 10);
    const last = admission.permit(third, LONG_MS);
    expect(await waiting).toBe('refused');
    admission.leave(first);
    expect([await answerOf(last), refused.phase]).toEqual(['granted', 'waiting']);
  });

  it('cost the event loop next to nothing, were there 5,000 of them', async () => {
    const admission = create(5_000);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const pass = async (): Promise<Permit> => {
      const flight = arrive(admission, { begun: 1 });
      const permit = await admission.permit(flight, LONG_MS);
      await turn();
      admission.leave(flight);
      return permit;
    };
    const permits = await Promise.all(Array.from({ length: 5_000 }, pass));
    delay.disable();
    expect(new Set(permits)).toEqual(new Set(['granted']));
    // Waking all of them for each one that ended took seconds at a time.
    expect(delay.max / 1e6).toBeLessThan(500);
  });
});
