import { setTimeout as wait } from 'node:timers/promises';
import { PollGate } from './poll-gate';

const open = (loop: { spare: boolean }): PollGate => {
  const gate = new PollGate(10, { isSpare: () => loop.spare });
  gate.unlock();
  return gate;
};

/** How many pollers may receive. */
const wanted = (gate: PollGate): number =>
  Array.from({ length: 10 }, (_, poller) => gate.isOpenFor(poller)).filter(Boolean).length;

it('wants more pollers with each full receive, up to their number, fewer with a part, and one when there is nothing', () => {
  const gate = open({ spare: true });
  const course = [10, 10, 10, 10, 3, 0].map((received) => {
    gate.adapt(received, 10);
    return wanted(gate);
  });
  expect(course).toEqual([2, 4, 8, 10, 9, 1]);
});

it('wants no more of them while the event loop has no time for what they bring', () => {
  const loop = { spare: false };
  const gate = open(loop);
  gate.adapt(10, 10);
  expect(wanted(gate)).toBe(1);
  loop.spare = true;
  gate.adapt(10, 10);
  expect(wanted(gate)).toBe(2);
});

it('says for how long it has been paused, from its first reason on', async () => {
  const gate = open({ spare: true });
  expect(gate.pausedMs).toBe(0);
  const since = performance.now();
  gate.pause('store');
  expect(gate.pausedMs).toBeLessThanOrEqual(performance.now() - since);
  await wait(30);
  gate.pause('operator');
  expect(gate.pausedMs).toBeGreaterThan(20);
  gate.resume('store');
  expect(gate.pausedMs).toBeGreaterThan(20);
  gate.resume('operator');
  expect(gate.pausedMs).toBe(0);
});
