import { setTimeout as wait } from 'node:timers/promises';
import { HandlerTimeout } from '../../transport/index';
import { withBroker } from '../harness/broker';
import { behindProxies, Latch, scripted, Script, startConsumer, stoppedOnce } from '../harness/consumer';
import { eventually } from '../harness/eventually';

const broker = withBroker();
const { it, own } = behindProxies(broker, () => ({}));

it('tells a handler past its timeout to stop, and counts the run as failed', async () => {
  const queues = await broker().createQueues();
  const reasons: unknown[] = [];
  const script = stoppedOnce(reasons);
  await startConsumer({ broker: broker(), queues, ...scripted(script), numbers: { handlerTimeoutSeconds: 1 } });
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(reasons).toEqual([expect.any(HandlerTimeout)]);
  expect(script.runs).toHaveLength(2);
});

it('counts the work only, not the recording of it', async () => {
  const queues = await broker().createQueues();
  const script = new Script(async (_payload, context) => {
    context.workEnded();
    await wait(2_000);
  });
  const { transport } = await startConsumer({
    broker: broker(),
    queues,
    ...scripted(script),
    numbers: { handlerTimeoutSeconds: 1 },
  });
  const actions: string[] = [];
  transport.onSettled(({ action }) => actions.push(action));
  await broker().send(queues.queueUrl, '{}');
  await eventually(() => broker().isEmpty(queues.queueUrl));
  await eventually(() => actions.length > 0);
  expect(actions).toEqual(['delete']);
});

it('keeps the permit of a handler that does not return, and honours its late success', async () => {
  const queues = await broker().createQueues();
  const { endpoint } = own().proxy;
  // As SQS answers to the handle of a lease that has ended.
  own().proxy.rule('DeleteMessageBatch', ({ nth }) => (nth === 1 ? 'pretend' : 'pass'));
  const latch = new Latch();
  const script = new Script((payload) => (JSON.stringify(payload) === '"slow"' ? latch.opened : undefined));
  const consumer = await startConsumer({
    broker: { endpoint, region: broker().region },
    queues,
    ...scripted(script),
    concurrency: 1,
    numbers: { handlerTimeoutSeconds: 1 },
  });
  await broker().send(queues.queueUrl, '"slow"');
  await eventually(() => consumer.transport.unreturned === 1);
  await broker().send(queues.queueUrl, '"quick"');
  // The only permit is still taken, so nothing else is received.
  await eventually(() => consumer.transport.status().inFlight === 0);
  latch.open();
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 20_000 });
  expect(script.runs.map(({ payload }) => payload)).toEqual(['slow', 'quick']);
  expect(consumer.transport.unreturned).toBe(0);
});
