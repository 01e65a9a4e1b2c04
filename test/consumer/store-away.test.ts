import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { withBroker, type TestQueues } from '../harness/broker';
import { startConsumerApp, stopConsumerApps, type ConsumerApp } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { eventually } from '../harness/eventually';
import { expectProblemResponse } from '../producer/problem-response';
import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { openStoreFile } from '../harness/store-file';

const broker = withBroker();
let proxy: FaultProxy;
let queues: TestQueues;
let consumer: ConsumerApp;
const said: string[] = [];
const runs: string[] = [];
const receives: number[] = [];

const countingWork: TestRun = ({ id, input }) => {
  runs.push(id);
  return { result: input + 1 };
};

/** What the breaker says, beside all else a consumer logs. */
const logger = {
  log: (text: unknown, context: unknown) => context === 'StoreBreaker' && said.push(`log ${String(text)}`),
  warn: (text: unknown, context: unknown) => context === 'StoreBreaker' && said.push(`warn ${String(text)}`),
  error: () => undefined,
};

beforeEach(async () => {
  for (const list of [said, runs, receives]) list.splice(0);
  proxy = await startFaultProxy(broker().endpoint);
  // Half of it is longer than a busy machine stands still.
  queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 4 } });
  const env = broker().environment(queues, proxy.endpoint);
  consumer = await startConsumerApp({ ...queues, env }, {}, { work: countingWork, logger });
  consumer.transport.onSettled(({ delivery }) => receives.push(delivery.receiveCount));
  await eventually(async () => (await ready()).status === 200);
});
afterEach(async () => {
  try {
    await stopConsumerApps();
  } finally {
    await proxy.close();
  }
});

const ready = (): Promise<Response> => fetch(`${consumer.url}/health/ready`);
const send = async (count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, () => randomUUID());
  await Promise.all(ids.map((id) => broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }))));
  return ids;
};
const opened = (): Promise<true> =>
  eventually(() => consumer.transport.status().pauses.includes('store'), { withinMs: 15_000 });

/**
 * The poll that was on its way when the breaker opened brings one job, which is given back; after it none is received.
 */
async function endThePollOnItsWay(): Promise<string[]> {
  const ids = await send(1);
  await eventually(() => consumer.transport.status().pollAgeMs === 0, { withinMs: 25_000 });
  await eventually(async () => (await broker().depth(queues.queueUrl)).visible === 1);
  return ids;
}

async function expectAllDoneOnce(ids: readonly string[]): Promise<void> {
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  const records = await consumer.records.getMany(ids);
  expect(records.map(({ state, attempts }) => ({ state, attempts }))).toEqual(
    ids.map(() => ({ state: 'done', attempts: 0 })),
  );
  expect([...runs].sort()).toEqual([...ids].sort());
  // The one that was given back has come twice.
  expect([...receives].sort()).toEqual(ids.map((_, place) => (place === ids.length - 1 ? 2 : 1)));
  expect((await broker().depth(queues.deadLetterQueueUrl)).visible).toBe(0);
}

it('takes no jobs in while another process holds the lock, gives back what still comes, and goes on by itself', async () => {
  const other = openStoreFile(consumer.resultsPath);
  other.exec('BEGIN EXCLUSIVE');
  const ids = await send(1);
  await opened();
  ids.push(...(await endThePollOnItsWay()));
  const asked = proxy.count('ReceiveMessage');
  ids.push(...(await send(5)));
  // Longer than two leases and than what a write waits for the lock.
  await wait(10_000);
  expect(await broker().depth(queues.queueUrl)).toMatchObject({ visible: 6, inFlight: 1 });
  expect(proxy.count('ReceiveMessage')).toBe(asked);
  const { detail } = await expectProblemResponse(await ready(), 503);
  expect(detail).toMatch(/results store has been unavailable for [\d.]+ s: .*another process holds its lock/);
  expect((await fetch(`${consumer.url}/health/live`)).status).toBe(200);
  other.exec('ROLLBACK');
  other.close();
  await expectAllDoneOnce(ids);
  await eventually(async () => (await ready()).status === 200);
  expect(said).toEqual([
    expect.stringMatching(/^warn No jobs are taken in .*holds its lock/),
    expect.stringMatching(/^log The results store is back after [\d.]+ s/),
  ]);
}, 90_000);

it('takes no jobs in while the folder of the file is unavailable, as readiness found out', async () => {
  const folder = dirname(consumer.resultsPath);
  await rename(folder, `${folder}-away`);
  expect((await ready()).status).toBe(503);
  await opened();
  const ids = await endThePollOnItsWay();
  const waiting = await send(3);
  await wait(1_500);
  expect((await broker().depth(queues.queueUrl)).visible).toBe(4);
  await rename(`${folder}-away`, folder);
  await expectAllDoneOnce([...ids, ...waiting]);
  expect((await ready()).status).toBe(200);
}, 60_000);
