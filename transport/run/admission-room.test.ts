import { setTimeout as wait } from 'node:timers/promises';
import { answerOf, closeAll, create, LONG_MS, PATIENCE_OVER_MS, room, run } from '../../test/transport/admission';
import { arrive } from '../../test/transport/flights';
import { type Admission } from './admission';
import { type Phase } from '../delivery/in-flight';

afterEach(closeAll);

describe('asking for messages', () => {
  it('asks for as many as there are permits, ten at a time', async () => {
    const admission = create(25);
    expect(await admission.pollers.ask()).toBe(10);
    expect(await admission.pollers.ask()).toBe(10);
    expect(await admission.pollers.ask()).toBe(5);
    const fourth = admission.pollers.ask();
    expect(await answerOf(fourth)).toBe('none yet');
    admission.pollers.answered(10);
    expect(await fourth).toBe(10);
  });

  it('waits a moment for more where there is room for a few, and takes what there is then', async () => {
    const admission = create(40);
    for (let count = 0; count < 35; count += 1) run(admission);
    const begunAt = performance.now();
    const asked = admission.pollers.ask();
    expect(await answerOf(asked)).toBe('none yet');
    expect(await asked).toBe(5);
    expect(performance.now() - begunAt).toBeGreaterThan(15);
  });

  it('waits on where the room it waited for is gone, and takes what comes later', async () => {
    const admission = create(40);
    const flights = Array.from({ length: 35 }, () => run(admission));
    const asked = admission.pollers.ask();
    for (let count = 0; count < 5; count += 1) run(admission);
    expect(await Promise.race([asked, wait(PATIENCE_OVER_MS, 'none yet')])).toBe('none yet');
    for (const flight of flights.slice(0, 5)) admission.leave(flight);
    expect(await asked).toBe(5);
  });

  it('costs no timer while there is no room', () => {
    const admission = create(1);
    run(admission);
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    void admission.pollers.ask().catch(() => undefined);
    expect(timers()).toBe(before);
  });

  it('has room left when all pollers are served', async () => {
    const admission = create(30);
    const asked = [admission.pollers.ask(), admission.pollers.ask(), admission.pollers.ask(), admission.pollers.ask()];
    expect(await Promise.all(asked.slice(0, 3))).toEqual([10, 10, 10]);
    admission.pollers.answered(30);
    expect(await asked[3]).toBe(10);
    expect(await admission.pollers.ask()).toBe(10);
  });

  it('hands out at once what is worth a receive: a quarter of the permits, up to ten', async () => {
    const admission = create(40);
    const flights = Array.from({ length: 40 }, () => run(admission));
    const asked = admission.pollers.ask();
    for (const flight of flights.slice(0, 9)) admission.leave(flight);
    expect(await answerOf(asked)).toBe('none yet');
    admission.leave(flights[9] ?? arrive(admission));
    expect(await answerOf(asked)).toBe(10);
  });

  it('serves pollers in the order in which they asked', async () => {
    const admission = create(1);
    const running = run(admission);
    const [first, second] = [admission.pollers.ask(), admission.pollers.ask()];
    admission.leave(running);
    expect([await first, await answerOf(second)]).toEqual([1, 'none yet']);
    admission.pollers.answered(1);
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
    const waiting = admission.pollers.ask();
    admission.pollers.close(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(admission.pollers.ask()).rejects.toThrow('stopped');
  });

  it('tells a poller that was impatient when it closed nothing more', async () => {
    const admission = create(8);
    for (let count = 0; count < 7; count += 1) run(admission);
    const waiting = admission.pollers.ask();
    admission.pollers.close(new Error('stopped'));
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
  ])('of %i permits, a receive asks for %i more while runs are quick', async (permits, expected) => {
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

  it('goes by the mean of what runs took, of which one run moves a 128th', async () => {
    const admission = create(20);
    finish(admission, 1);
    // Six runs of 2 s raise it from 1 ms to 93 ms, the seventh to 108 ms.
    for (let count = 0; count < 6; count += 1) finish(admission, 2_000);
    expect(await ahead(admission, 20)).toBe(5);
    finish(admission, 2_000);
    expect(await ahead(admission, 20)).toBe('none yet');
  });

  it('goes by the mean of what runs took, below 100 ms as above', async () => {
    const admission = create(20);
    finish(admission, 10_000);
    // 10,000 falls by a 128th with each; after 700 runs without length it is 41 ms.
    for (let count = 0; count < 700; count += 1) finish(admission, 0);
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
