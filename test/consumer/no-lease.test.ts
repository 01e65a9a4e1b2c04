import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';
import { expectProblemResponse } from '../producer/problem-response';

const broker = withBroker();
afterEach(stopConsumerApps);

it('takes nothing from a queue with a visibility timeout of 0, says why, and goes on once it is raised', async () => {
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 0 } });
  const said: string[] = [];
  const logger = {
    log: () => undefined,
    warn: (text: unknown, context: unknown) => context === 'SqsTransport' && said.push(String(text)),
    error: () => undefined,
  };
  const receives: number[] = [];
  const { url, transport } = await startConsumerApp(queues, {}, { logger });
  transport.onSettled(({ delivery }) => receives.push(delivery.receiveCount));
  for (let input = 0; input < 5; input += 1) await broker().send(queues.queueUrl, JSON.stringify({ input }));
  await eventually(() => said.length >= 2);
  expect(said[0]).toMatch(/^Polling has not begun, trying again: .*visibility timeout of 0 s.* Raise it\.$/);
  const { detail } = await expectProblemResponse(await fetch(`${url}/health/ready`), 503);
  expect(detail).toMatch(/visibility timeout of 0 s/);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  expect((await broker().depth(queues.queueUrl)).visible).toBe(5);
  const Attributes = { VisibilityTimeout: '30' };
  await broker().client.send(new SetQueueAttributesCommand({ QueueUrl: queues.queueUrl, Attributes }));
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 15_000 });
  expect(receives).toEqual([1, 1, 1, 1, 1]);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
});
