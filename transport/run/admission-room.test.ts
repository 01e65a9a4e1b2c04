import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { toDelivery } from '../delivery/delivery';
import { Admission, type Permit } from './admission';
import { InFlight, type Phase } from './in-flight';

/** Longer than a poller with some room waits for more. */
const PATIENCE_OVER_MS = 60;

/** An hour: no wait of these tests ends by itself, unless it says so. */
const LONG_MS = 3_600_000;

const closing: Admission[] = [];
afterEach(() => {
  for (const admission of closing.splice(0)) {
    admission.endWaits();
    admission.close(new Error('over'));
  }
});

function create(permits: number): Admission {
  const admission = new Admission(permits);
  closing.push(admission);
  return admission;
}

function arrive(admission: Admission, begun = 0): InFlight {
  const flight = new InFlight(toDelivery({}, 0), 30);
  flight.standing = { attempts: 0, begun, job: 'open' };
  admission.admit(flight);
  return flight;
}

/** It comes and, if a permit is free, runs. */
function run(admission: Admission): InFlight {
  const flight = arrive(admission);
  void admission.permit(flight, LONG_MS);
  return flight;
}

const answerOf = <T>(promise: Promise<T>): Promise<T | 'none yet'> =>
  Promise.race([promise.catch(() => 'none yet' as const), wait(0, 'none yet' as const)]);

/** What a poller is told within its patience; its receive is answered with nothing. */
async function room(admission: Admission): Promise<number | 'none yet'> {
  const count = await Promise.race([admission.ask(), wait(PATIENCE_OVER_MS, 'none yet' as const)]);
  if (typeof count === 'number') admission.answered(count);
  return count;
}

describe('asking for messages', () => {
  it('asks for as many as there are permits, ten at a time', async () => {
    const admission = create(25);
    expect(await admission.ask()).toBe(10);
    expect(await admission.ask()).toBe(10);
    expect(await admission.ask()).toBe(5);
    const fourth = admission.ask();
    expect(await answerOf(fourth)).toBe('none yet');
    admission.answered(10);
    expect(await fourth).toBe(10);
  });

  it('waits a moment for more where there is room for a few, and takes what there is then', async () => {
    const admission = create(40);
    for (let count = 0; count < 35; count += 1) run(admission);
    const begunAt = performance.now();
    const asked = admission.ask();
    expect(await answerOf(asked)).toBe('none yet');
    expect(await asked).toBe(5);
    expect(performance.now() - begunAt).toBeGreaterThan(15);
  });

  it('hands out at once what is worth a receive: a quarter of the permits, up to ten', async () => {
    const admission = create(40);
    const flights = Array.from({ length: 40 }, () => run(admission));
    const asked = admission.ask();
    for (const flight of flights.slice(0, 9)) admission.leave(flight);
    expect(await answerOf(asked)).toBe('none yet');
    admission.leave(flights[9] ?? arrive(admission));
    expect(await answerOf(asked)).toBe(10);
  });

  it('serves pollers in the order in which they asked', async () => {
    const admission = create(1);
    const running = run(admission);
    const [first, second] = [admission.ask(), admission.ask()];
    admission.leave(running);
    expect([await first, await answerOf(second)]).toEqual([1, 'none yet']);
    admission.answered(1);
    expect(await answerOf(second)).toBe(1);
  });

  it.each<[Phase, number]>([
    ['waiting', 3],
    ['running', 3],
    ['overdue', 3],
    ['recording', 4],
    ['settling', 4],
  ])('of four permits, one delivery %s leaves room for %i', async (phase, expected) => {
    const admission = create(4);
    const flight = run(admission);
    // Runs of a test are quick; this one counts as slow, so that nothing is asked for ahead.
    flight.startedAt = -LONG_MS;
    admission.enter(flight, phase);
    expect(await room(admission)).toBe(expected);
    admission.leave(flight);
    expect(await room(admission)).toBe(4);
  });

  it.each<[number, number, number | 'none yet']>([
    [1, 1, 2],
    [1, 2, 1],
    [2, 1, 1],
    [0, 4, 'none yet'],
    [3, 1, 'none yet'],
  ])('of two permits, with %i being recorded and %i being settled, asks for %p', async (recording, settling, room2) => {
    const admission = create(2);
    for (let count = 0; count < recording + settling; count += 1) {
      const flight = run(admission);
      flight.startedAt = -LONG_MS;
      admission.enter(flight, count < recording ? 'recording' : 'settling');
    }
    expect(await room(admission)).toBe(room2);
  });

  it('rejects the pollers that wait, and those that come, once it is closed', async () => {
    const admission = create(1);
    run(admission);
    const waiting = admission.ask();
    admission.close(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(admission.ask()).rejects.toThrow('stopped');
  });

  it('tells a poller that was impatient when it closed nothing more', async () => {
    const admission = create(8);
    for (let count = 0; count < 7; count += 1) run(admission);
    const waiting = admission.ask();
    admission.close(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await wait(PATIENCE_OVER_MS);
    // Nothing was handed out to it behind its back: the next run still has its permit.
    expect(await answerOf(admission.permit(arrive(admission), LONG_MS))).toBe('granted');
  });
});

describe('asking ahead', () => {
  const finish = (admission: Admission, tookMs: number): void => {
    const flight = run(admission);
    flight.startedAt = performance.now() - tookMs;
    admission.enter(flight, 'settling');
    admission.leave(flight);
  };
  /** Room beyond the permits, all of which are taken. */
  const ahead = async (admission: Admission, permits: number): Promise<number | 'none yet'> => {
    const flights = Array.from({ length: permits }, () => run(admission));
    const count = await room(admission);
    for (const flight of flights) admission.leave(flight);
    return count;
  };

  it.each([
    [4, 1],
    [7, 1],
    [20, 5],
    [40, 10],
    [100, 10],
  ])('of %i permits, %i more messages are asked for while runs are quick', async (permits, expected) => {
    const admission = create(permits);
    finish(admission, 1);
    expect(await ahead(admission, permits)).toBe(expected);
  });

  it('asks for none ahead before the first run has ended', async () => {
    expect(await ahead(create(20), 20)).toBe('none yet');
  });

  it('asks for none ahead with fewer than four permits', async () => {
    const admission = create(3);
    finish(admission, 1);
    expect(await ahead(admission, 3)).toBe('none yet');
  });

  it('asks for none ahead while runs take 100 ms and more', async () => {
    const admission = create(20);
    finish(admission, 150);
    expect(await ahead(admission, 20)).toBe('none yet');
  });

  it('goes by the mean of what runs took, to which one run adds a thirty-second', async () => {
    const admission = create(20);
    finish(admission, 1);
    finish(admission, 2_000);
    // 1 + 1,999 / 32 = 63 ms.
    expect(await ahead(admission, 20)).toBe(5);
    finish(admission, 2_000);
    expect(await ahead(admission, 20)).toBe('none yet');
  });

  it('goes by the mean of what runs took, below 100 ms as above', async () => {
    const admission = create(20);
    finish(admission, 10_000);
    // 10,000 falls to a thirty-second less with each; after 200 runs without length it is 17 ms.
    for (let count = 0; count < 200; count += 1) finish(admission, 0);
    expect(await ahead(admission, 20)).toBe(5);
  });

  it('asks for none ahead any more once a message has waited for its permit in vain', async () => {
    const admission = create(4);
    finish(admission, 1);
    const flights = Array.from({ length: 4 }, () => run(admission));
    const late = arrive(admission);
    expect(await admission.permit(late, 10)).toBe('refused');
    admission.leave(late);
    for (const flight of flights) flight.startedAt = undefined;
    expect(await room(admission)).toBe('none yet');
  });
});

describe('permits', () => {
  it('are given up to their number, then in the order of the deliveries that wait', async () => {
    const admission = create(2);
    const [first, second, third, fourth] = [0, 0, 0, 0].map(() => arrive(admission));
    if (!first || !second || !third || !fourth) throw new Error('four arrived');
    expect(await admission.permit(first, LONG_MS)).toBe('granted');
    expect(await admission.permit(second, LONG_MS)).toBe('granted');
    expect([first.phase, first.startedAt]).toEqual(['running', expect.any(Number)]);
    const [wish, next] = [admission.permit(third, LONG_MS), admission.permit(fourth, LONG_MS)];
    expect(await answerOf(wish)).toBe('none yet');
    admission.enter(first, 'recording');
    expect([await answerOf(wish), third.phase, await answerOf(next)]).toEqual(['granted', 'running', 'none yet']);
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
    admission.enter(two, 'overdue');
    await wait(20);
    // Another delivery that comes and goes does not begin it anew.
    admission.leave(arrive(admission));
    expect(admission.stuckMs).toBeGreaterThanOrEqual(15);
    expect(admission.stuckMs).toBeLessThan(500);
    admission.leave(two);
    expect(admission.stuckMs).toBe(0);
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
    const waiting = [admission.permit(arrive(admission), LONG_MS), admission.permit(arrive(admission, 1), LONG_MS)];
    admission.endWaits();
    expect(await Promise.all(waiting.map(answerOf))).toEqual(['refused', 'refused']);
    admission.leave(running);
    expect(await admission.permit(arrive(admission), LONG_MS)).toBe('refused');
  });
});

describe('jobs whose earlier runs had no outcome', () => {
  it('run beside others, and never two at once: fewest begun runs first', async () => {
    const admission = create(10);
    const [three, five, two, three2] = [3, 5, 2, 3].map((begun) => arrive(admission, begun));
    if (!three || !five || !two || !three2) throw new Error('four arrived');
    const order: InFlight[] = [];
    const wishes = [three, five, two, three2].map((flight) =>
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
    await Promise.all(wishes);
    expect(order).toEqual([three, two, three2, five]);
  });

  it('wait for a permit as others do, which go first while one of them runs', async () => {
    const admission = create(2);
    const [suspect, other] = [arrive(admission, 1), run(admission)];
    expect(await admission.permit(suspect, LONG_MS)).toBe('granted');
    const [second, fresh] = [arrive(admission, 1), arrive(admission)];
    const wishes = [admission.permit(second, LONG_MS), admission.permit(fresh, LONG_MS)];
    admission.leave(other);
    expect(await Promise.all(wishes.map(answerOf))).toEqual(['none yet', 'granted']);
    admission.leave(fresh);
    expect(await Promise.all(wishes.map(answerOf))).toEqual(['none yet', 'granted']);
    admission.leave(suspect);
    expect(await answerOf(wishes[0] ?? Promise.reject(new Error()))).toBe('granted');
  });

  it('run in the order of their arrival where as many of their runs began', async () => {
    const admission = create(10);
    const first = arrive(admission, 1);
    expect(await admission.permit(first, LONG_MS)).toBe('granted');
    const waiting = [arrive(admission, 4), arrive(admission, 4), arrive(admission, 4)];
    const order: number[] = [];
    const wishes = waiting.map((flight, place) => admission.permit(flight, LONG_MS).then(() => order.push(place)));
    admission.leave(first);
    for (const flight of waiting) {
      await wait(0);
      admission.leave(flight);
    }
    await Promise.all(wishes);
    expect(order).toEqual([0, 1, 2]);
  });

  it('hold nobody up that was refused meanwhile', async () => {
    const admission = create(10);
    const [first, refused, third] = [arrive(admission, 1), arrive(admission, 2), arrive(admission, 3)];
    expect(await admission.permit(first, LONG_MS)).toBe('granted');
    const wish = admission.permit(refused, 10);
    const last = admission.permit(third, LONG_MS);
    expect(await wish).toBe('refused');
    admission.leave(first);
    expect([await answerOf(last), refused.phase]).toEqual(['granted', 'waiting']);
  });

  it('cost the event loop next to nothing, were there 5,000 of them', async () => {
    const admission = create(5_000);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const pass = async (): Promise<Permit> => {
      const flight = arrive(admission, 1);
      const permit = await admission.permit(flight, LONG_MS);
      await turn();
      admission.leave(flight);
      return permit;
    };
    const permits = await Promise.all(Array.from({ length: 5_000 }, pass));
    delay.disable();
    expect(new Set(permits)).toEqual(new Set(['granted']));
    // Waking all for each one that ended took seconds at a time.
    expect(delay.max / 1e6).toBeLessThan(500);
  });
});
