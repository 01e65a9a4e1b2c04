import { type SQSClient } from '@aws-sdk/client-sqs';
import { ConsumerMetrics } from '../metrics/consumer-metrics';
import { Metrics } from '../metrics/metrics';
import { PollerLine } from '../run/poller-line';
import { PollGate } from './poll-gate';
import { backoffMs, Pump } from './pump';

/** A pump that has not asked yet, and how many messages it may ask for. */
function newPump(room = 100) {
  const gate = new PollGate(1);
  gate.unlock();
  const line: PollerLine = new PollerLine(100, () => room - line.asked);
  const pump = new Pump(1, {
    client: {} as SQSClient,
    gate,
    line,
    worker: { admit: () => undefined, refuse: () => undefined },
    metrics: new ConsumerMetrics(new Metrics()),
    leaseSeconds: () => 30,
  });
  return { pump, line };
}

const REFUSED = new Error('refused');

it('counts a failed receive once and gives back what it reserved once, however often it is told', async () => {
  const { pump, line } = newPump();
  await pump.beforeReceive(0);
  expect(line.asked).toBe(10);
  for (let told = 0; told < 3; told += 1) pump.failed(0, REFUSED);
  expect(line.asked).toBe(0);
  expect(pump.failing).toBe(false);
});

it('lets no poller wait any more once it is abandoned: neither for room, nor after a failure', async () => {
  const crowded = newPump(0);
  const forRoom = crowded.pump.beforeReceive(0);
  crowded.pump.abandon();
  await expect(forRoom).rejects.toThrow('The poll loop has stopped.');

  const failing = newPump();
  await failing.pump.beforeReceive(0);
  failing.pump.failed(0, REFUSED);
  const afterFailure = failing.pump.beforeReceive(0);
  failing.pump.abandon();
  await expect(afterFailure).rejects.toMatchObject({ name: 'AbortError' });
});

it('is not late once it is over: nothing asks any more', async () => {
  const [over, going] = [newPump(), newPump()];
  for (const { pump } of [over, going]) await pump.beforeReceive(0);
  over.pump.abandon();
  over.pump.failed(0, REFUSED);
  jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
  expect(going.pump.pollAgeMs()).toBeGreaterThan(50_000);
  expect(over.pump.pollAgeMs()).toBe(0);
  jest.restoreAllMocks();
});

it('waits twice as long with each failure in a row, up to 8 s, at least half of it', () => {
  for (const [failures, most] of [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000].entries()) {
    const waits = Array.from({ length: 200 }, () => backoffMs(failures + 1));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(Math.max(...waits)).toBeGreaterThan(most / 2);
  }
});
