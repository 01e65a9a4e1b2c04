import { randomUUID } from 'node:crypto';
import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { denied } from '../../experiments/rig/proxy/sqs-call';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { deadLetters, whyOf } from '../harness/dead-letters';
import { eventually } from '../harness/eventually';

const broker = withBroker();
let proxy: FaultProxy;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
});
afterEach(async () => {
  await stopConsumerApps();
  await proxy.close();
});

it('records a job as failed while its dead letter has to wait, and is not ready', async () => {
  proxy.rule('SendMessageBatch', { answer: () => Promise.resolve(denied()) });
  const queues = await broker().createQueues();
  const { records, url } = await startConsumerApp({ ...queues, env: broker().environment(queues, proxy.endpoint) });
  const id = randomUUID();
  await broker().send(queues.queueUrl, JSON.stringify({ id, input: 'five' }));
  const record = await eventually(async () => (await records.get(id)) ?? false);
  expect(record).toMatchObject({ state: 'failed', reason: 'invalid', attempts: 0 });
  expect(record).not.toHaveProperty('movedMessage');
  const ready = await fetch(`${url}/health/ready`);
  expect({ status: ready.status, text: await ready.text() }).toEqual({
    status: 503,
    text: expect.stringContaining('does not take 1 dead letters'),
  });
  proxy.clear();
  const [letter] = await deadLetters(broker(), queues.deadLetterQueueUrl);
  expect(whyOf(letter ?? {})).toMatchObject({ reason: 'invalid', jobId: id });
  await eventually(async () => (await records.get(id))?.movedMessage !== undefined);
  await eventually(async () => (await fetch(`${url}/health/ready`)).status === 200);
});
