import { type FaultProxy, startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { type TestQueues, withBroker } from '../harness/broker';
import { Latch } from '../harness/consumer';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { type TestRun } from '../harness/jobs';
import { eventually } from '../harness/eventually';
import { expectProblemResponse } from '../producer/problem-response';

const broker = withBroker();
let queues: TestQueues;
let proxy: FaultProxy;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
  queues = await broker().createQueues();
});
afterEach(async () => {
  await stopConsumerApps();
  await proxy.close();
});

const start = (variables: Readonly<Record<string, string>>, work?: TestRun): Promise<ConsumerApp> =>
  startConsumerApp({ ...queues, env: broker().environment(queues, proxy.endpoint) }, variables, work ? { work } : {});

const status = async (url: string): Promise<number> => (await fetch(url)).status;

const detail = async (url: string): Promise<string | undefined> =>
  (await expectProblemResponse(await fetch(url), 503)).detail;

it('is not alive once handlers that never return have held every permit for longer than a timeout', async () => {
  const latch = new Latch();
  let begun = 0;
  const { url, transport } = await start({ CONCURRENCY: '2', HANDLER_TIMEOUT_SECONDS: '1' }, async ({ input }) => {
    begun += 1;
    await latch.opened;
    return { result: input + 1 };
  });
  const live = `${url}/health/live`;
  for (let input = 0; input < 5; input += 1) await broker().send(queues.queueUrl, JSON.stringify({ input }));
  await eventually(() => transport.unreturned === 2);
  // They were told to stop just now, and may still obey.
  expect(await status(live)).toBe(200);
  await eventually(async () => (await status(live)) === 503);
  expect(transport.status().stuckMs).toBeGreaterThan(1_000);
  expect(await detail(live)).toBe('Every handler was told to stop, and none has returned.');
  expect(begun).toBe(2);
  latch.open();
  await eventually(async () => (await status(live)) === 200);
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
}, 60_000);

it('is not ready while the dead-letter queue takes no message, and says so', async () => {
  proxy.rule('SendMessageBatch', { failEntries: () => true, senderFault: true, code: 'AccessDenied' });
  const { url } = await start({});
  const ready = `${url}/health/ready`;
  await eventually(async () => (await status(ready)) === 200);
  await broker().send(queues.queueUrl, 'not JSON');
  await eventually(async () => (await status(ready)) === 503);
  expect(await detail(ready)).toBe('The dead-letter queue does not take 1 dead letters.');
  expect(await status(`${url}/health/live`)).toBe(200);
  proxy.clear();
  await eventually(async () => (await status(ready)) === 200, { withinMs: 15_000 });
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect((await broker().depth(queues.deadLetterQueueUrl)).visible).toBe(1);
}, 60_000);
