import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { come, newFlight, soFar } from '../../test/harness/flights';
import { Admission, type Permit } from './admission';
import { type InFlight, type Phase } from './in-flight';

/** One that runs, of an admission that has a permit left. */
async function running(admission: Admission): Promise<InFlight> {
  const flight = come(admission);
  expect(await admission.permit(flight, 0)).toBe('granted');
  return flight;
}

/** From its run to its end, by every phase. */
function end(admission: Admission, flight: InFlight): void {
  admission.enter(flight, 'recording');
  admission.enter(flight, 'settling');
  admission.leave(flight);
}

/** How many messages pollers may ask for now, and in which portions. */
async function asked(admission: Admission): Promise<number[]> {
  const portions: number[] = [];
  const asker = new AbortController();
  while (!asker.signal.aborted) {
    const answer = await Promise.race([admission.ask(), wait(100, undefined)]);
    if (answer === undefined) asker.abort();
    else portions.push(answer);
  }
  return portions;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe('a permit', () => {
  it('is granted at once while there is one, and then in the order of arrival', async () => {
    const admission = new Admission(1);
    const first = await running(admission);
    const order: string[] = [];
    const [second, third] = [come(admission), come(admission)];
    void admission.permit(second, 1_000).then(() => order.push('second'));
    void admission.permit(third, 1_000).then(() => order.push('third'));
    admission.enter(first, 'settling');
    await turn();
    expect(order).toEqual(['second']);
    admission.enter(second, 'settling');
    await turn();
    expect(order).toEqual(['second', 'third']);
  });

  it('is refused to what has waited for its time, and the next one gets it', async () => {
    const admission = new Admission(1);
    const first = await running(admission);
    expect(await admission.permit(come(admission), 10)).toBe('refused');
    const next = admission.permit(come(admission), 1_000);
    admission.enter(first, 'settling');
    expect(await next).toBe('granted');
  });

  it('is refused to all that wait, and to what comes later, once waits have ended', async () => {
    const admission = new Admission(1);
    await running(admission);
    const waits = [admission.permit(come(admission), 1_000), admission.permit(come(admission, 1), 1_000)];
    admission.endWaits();
    expect(await Promise.all(waits)).toEqual(['refused', 'refused']);
    expect(await new Admission(1).permit(newFlight(), 0)).toBe('granted');
    expect(await admission.permit(come(admission), 1_000)).toBe('refused');
  });

  it.each<Phase>(['recording', 'settling', 'waiting'])('is given back by what is %s', async (phase) => {
    const admission = new Admission(1);
    const flight = await running(admission);
    const next = admission.permit(come(admission), 1_000);
    expect(await soFar(next)).toBe('pending');
    admission.enter(flight, phase);
    expect(await soFar(next)).toBe('granted');
  });

  it('is kept by an overdue handler until it returns', async () => {
    const admission = new Admission(1);
    const flight = await running(admission);
    const next = admission.permit(come(admission), 1_000);
    admission.enter(flight, 'overdue');
    expect(admission.unreturned).toBe(1);
    expect(await soFar(next)).toBe('pending');
    admission.leave(flight);
    expect(await soFar(next)).toBe('granted');
    expect(admission.unreturned).toBe(0);
  });
});

describe('a job with begun runs', () => {
  it('runs beside no other such job, fewest first, and beside all others', async () => {
    const admission = new Admission(10);
    const course: number[] = [];
    const flights = [5, 9, 2, 7].map((begun) => come(admission, begun));
    for (const flight of flights) {
      void admission.permit(flight, 1_000).then(() => course.push(flight.standing.begun));
    }
    await turn();
    expect(course).toEqual([5]);
    expect(await soFar(admission.permit(come(admission), 1_000))).toBe('granted');
    for (let ended = 1; ended < 4; ended += 1) {
      const one = flights.find(({ standing }) => standing.begun === course.at(-1));
      if (one) end(admission, one);
      await turn();
    }
    expect(course).toEqual([5, 2, 7, 9]);
  });

  it('does not keep the others from a run while it is overdue', async () => {
    const admission = new Admission(2);
    const stuck = come(admission, 1);
    await admission.permit(stuck, 1_000);
    const next = admission.permit(come(admission, 1), 1_000);
    expect(await soFar(next)).toBe('pending');
    admission.enter(stuck, 'overdue');
    expect(await soFar(next)).toBe('granted');
  });

  it('costs the event loop next to nothing, were there 5,000 of them', async () => {
    const admission = new Admission(5_000);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const pass = async (): Promise<Permit> => {
      const flight = come(admission, 1);
      const permit = await admission.permit(flight, 60_000);
      await turn();
      end(admission, flight);
      return permit;
    };
    const permits = await Promise.all(Array.from({ length: 5_000 }, pass));
    delay.disable();
    expect(new Set(permits)).toEqual(new Set(['granted']));
    expect(delay.max / 1e6).toBeLessThan(500);
  });
});

describe('pollers', () => {
  it('get at most ten messages each, and the rest goes to the next', async () => {
    const admission = new Admission(15);
    expect(await Promise.all([admission.ask(), admission.ask()])).toEqual([10, 5]);
  });

  it('are served in the order they asked', async () => {
    const admission = new Admission(1);
    await admission.ask();
    const order: string[] = [];
    void admission.ask().then(() => order.push('first'));
    void admission.ask().then(() => order.push('second'));
    admission.answered(1);
    await turn();
    expect(order).toEqual(['first']);
    admission.answered(1);
    await turn();
    expect(order).toEqual(['first', 'second']);
  });

  it('wait a moment for room for more than one, and then take what there is', async () => {
    const admission = new Admission(40);
    expect(sum(await asked(admission))).toBe(40);
    const soon = new Admission(40);
    for (let taken = 0; taken < 40; taken += 10) await soon.ask();
    const next = soon.ask();
    soon.answered(4);
    soon.answered(6);
    expect(await next).toBe(10);
    const later = soon.ask();
    soon.answered(1);
    expect(await later).toBe(1);
  });

  it('are rejected, those that wait and those that come later, once it is closed', async () => {
    const admission = new Admission(1);
    await admission.ask();
    const waiting = admission.ask();
    admission.close(new Error('closed'));
    await expect(waiting).rejects.toThrow('closed');
    await expect(admission.ask()).rejects.toThrow('closed');
  });
});

describe('room', () => {
  it('is taken by what waits, runs or is overdue', async () => {
    // Of three permits nothing is asked for ahead.
    const admission = new Admission(3);
    come(admission);
    await running(admission);
    expect(await asked(admission)).toEqual([1]);
    admission.enter(await running(admission), 'overdue');
    admission.answered(1);
    expect(await asked(admission)).toEqual([]);
  });

  it('is not taken by what is recorded and settled, up to as many as there are permits', async () => {
    const admission = new Admission(4);
    const slow = async (): Promise<InFlight> => {
      const flight = await running(admission);
      flight.startedAt = performance.now() - 1_000;
      return flight;
    };
    const flights = await Promise.all(Array.from({ length: 4 }, slow));
    for (const flight of flights) admission.enter(flight, 'recording');
    const more = await Promise.all(Array.from({ length: 2 }, slow));
    for (const flight of more) admission.enter(flight, 'settling');
    expect(await asked(admission)).toEqual([2]);
  });

  it('is taken again by what is to run again', async () => {
    const admission = new Admission(2);
    const flight = await running(admission);
    admission.enter(flight, 'recording');
    admission.enter(flight, 'waiting');
    expect(await asked(admission)).toEqual([1]);
  });
});

describe('ahead of permits', () => {
  /** A run that took this long. */
  async function ran(admission: Admission, ms: number): Promise<void> {
    const flight = await running(admission);
    flight.startedAt = performance.now() - ms;
    end(admission, flight);
  }

  it('nothing is asked for before a run has ended', async () => {
    expect(sum(await asked(new Admission(20)))).toBe(20);
  });

  it.each([
    [8, 2],
    [20, 5],
    [400, 10],
  ])('of %d permits up to %d more are asked for while runs are quick', async (permits, more) => {
    const admission = new Admission(permits);
    await ran(admission, 20);
    expect(sum(await asked(admission))).toBe(permits + more);
  });

  it('nothing is asked for where runs take 100 ms and more', async () => {
    const admission = new Admission(20);
    await ran(admission, 150);
    expect(sum(await asked(admission))).toBe(20);
  });

  it('nothing is asked for after a delivery has waited in vain, until a run has ended', async () => {
    const admission = new Admission(4);
    await ran(admission, 20);
    const busy = await Promise.all(Array.from({ length: 4 }, () => running(admission)));
    const ahead = come(admission);
    expect(await admission.permit(ahead, 10)).toBe('refused');
    admission.enter(ahead, 'settling');
    admission.leave(ahead);
    const next = admission.ask();
    await wait(100);
    expect(await soFar(next)).toBe('pending');
    for (const flight of busy) {
      flight.startedAt = performance.now() - 20;
      end(admission, flight);
    }
    expect((await next) + sum(await asked(admission))).toBe(5);
  });
});

it('tells for how long overdue handlers have held every permit', async () => {
  const admission = new Admission(2);
  const [one, two] = [await running(admission), await running(admission)];
  admission.enter(one, 'overdue');
  await wait(20);
  expect(admission.stuckMs).toBe(0);
  admission.enter(two, 'overdue');
  await wait(20);
  expect(admission.stuckMs).toBeGreaterThanOrEqual(15);
  admission.leave(one);
  expect(admission.stuckMs).toBe(0);
});
