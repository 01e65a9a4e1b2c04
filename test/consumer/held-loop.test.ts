import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';
import { holdThread } from '../harness/hold-thread';

const broker = withBroker();
afterEach(stopConsumerApps);

it('says so when handlers hold the event loop for longer than leases can wait', async () => {
  // A quarter of such a lease, from which on it is said, is longer than a busy machine holds it.
  const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 6 } });
  const said: string[] = [];
  const logger = {
    log: () => undefined,
    warn: (text: unknown, context: unknown) => context === 'Heartbeats' && said.push(String(text)),
    error: () => undefined,
  };
  const { records } = await startConsumerApp(
    queues,
    {},
    {
      logger,
      work: ({ input }) => {
        holdThread(input);
        return { result: input + 1 };
      },
    },
  );
  const quick = '01a0c0de-0000-7000-8000-000000000001';
  await broker().send(queues.queueUrl, JSON.stringify({ id: quick, input: 10 }));
  await eventually(async () => (await records.get(quick))?.state === 'done');
  expect(said).toEqual([]);
  await broker().send(queues.queueUrl, JSON.stringify({ input: 4_500 }));
  await eventually(() => broker().isEmpty(queues.queueUrl));
  expect(said).toEqual([
    expect.stringMatching(/^Nothing ran here for [3-9]\.\d s, so no lease was kept: a handler held the event loop /),
  ]);
});
