import { withBroker } from '../harness/broker';
import { scripted, Script, startConsumer, stopConsumers } from '../harness/consumer';
import { eventually } from '../harness/eventually';
import { holdThread } from '../harness/hold-thread';

const broker = withBroker();
afterEach(stopConsumers);

// Apart from the others of a consumer without a store, since these handlers hold the one event loop.
it.each([1, 100])('runs each job once though handlers outlive their leases, %i at a time', async (concurrency) => {
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 1 } });
  // No heartbeat gets through while it runs.
  const script = new Script(() => {
    holdThread(1_500);
  });
  const sent = await Promise.all(Array.from({ length: 4 }, () => broker().send(queues.queueUrl, '{}')));
  await startConsumer({ broker: broker(), queues, ...scripted(script), concurrency });
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
  expect(script.runs.map(({ messageId }) => messageId).sort()).toEqual(sent.sort());
  expect(await broker().isEmpty(queues.deadLetterQueueUrl)).toBe(true);
});
