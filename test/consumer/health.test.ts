import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';
import { expectProblemResponse } from '../producer/problem-response';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';

const broker = withBroker();
afterEach(stopConsumerApps);

const status = async (url: string): Promise<number> => (await fetch(url)).status;

it('is ready once it polls, and turns red first when it stops', async () => {
  const queues = await broker().createQueues();
  const { url, app, transport } = await startConsumerApp(queues, { WORK_SECONDS: '2' });
  await eventually(async () => (await status(`${url}/health/ready`)) === 200);
  expect(await status(`${url}/health/live`)).toBe(200);
  await broker().send(queues.queueUrl, '{"input":1}');
  await eventually(() => transport.status().inFlight === 1);
  const closed = app.close();
  await eventually(async () => (await status(`${url}/health/ready`)) === 503, { everyMs: 5 });
  // Red while the job still runs.
  expect(transport.status().inFlight).toBe(1);
  await closed;
  expect(await broker().isEmpty(queues.queueUrl)).toBe(true);
});

it('is alive, not ready, while the broker is unavailable', async () => {
  const queues = await broker().createQueues();
  const proxy = await startFaultProxy(broker().endpoint);
  const env = { ...queues, env: broker().environment(queues, proxy.endpoint) };
  const { url } = await startConsumerApp(env);
  await eventually(async () => (await status(`${url}/health/ready`)) === 200);
  await proxy.refuse();
  await eventually(async () => (await status(`${url}/health/ready`)) === 503);
  const { detail } = await expectProblemResponse(await fetch(`${url}/health/ready`), 503);
  expect(detail).toBe('The queue does not answer.');
  expect(await status(`${url}/health/live`)).toBe(200);
  await proxy.accept();
  await eventually(async () => (await status(`${url}/health/ready`)) === 200, { withinMs: 15_000 });
  await proxy.close();
});

it('answers a path it does not have with a problem document', async () => {
  const { url } = await startConsumerApp(await broker().createQueues());
  await expectProblemResponse(await fetch(`${url}/nothing`), 404);
  await expectProblemResponse(await fetch(`${url}/health/ready`, { method: 'POST' }), 404);
});
