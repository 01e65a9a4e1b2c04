import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { expectProblemResponse } from './problem-response';
import { startProducer, type TestProducer } from './test-producer';

const broker = withBroker();
let proxy: FaultProxy;
let producer: TestProducer | undefined;
beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
});
afterEach(async () => {
  proxy.clear();
  await producer?.close();
  await proxy.close();
});

const start = async (fifo: boolean): Promise<TestProducer> =>
  (producer = await startProducer(broker(), { fifo, endpoint: proxy.endpoint, urlEnd: '/' }));
const produce = async (started: TestProducer): Promise<{ status: number; id: string }> => {
  const response = await started.post('/produce', '{"input":1}');
  const { id } = (await response.json()) as { id: string };
  return { status: response.status, id };
};
const asked = (): number => proxy.count('GetQueueAttributes');

it('sends with group and deduplication id to a FIFO queue whose URL does not look like one', async () => {
  const started = await start(true);
  const { status, id } = await produce(started);
  expect(status).toBe(202);
  const [message] = await broker().receiveAll(started.queues.queueUrl);
  expect(message?.Attributes).toMatchObject({ MessageGroupId: id, MessageDeduplicationId: id });
});

it('asks the queue once, however many jobs come', async () => {
  const started = await start(true);
  const answers = await Promise.all(Array.from({ length: 20 }, () => produce(started)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  expect(asked()).toBe(1);
});

it('lets jobs wait for the answer', async () => {
  proxy.rule('GetQueueAttributes', { delayMs: 500 });
  const started = await start(true);
  expect(await Promise.all([produce(started), produce(started)])).toMatchObject([{ status: 202 }, { status: 202 }]);
  expect(asked()).toBe(1);
});

it('answers 503 while the queue does not tell, and asks again at the next job', async () => {
  proxy.rule('GetQueueAttributes', 'throttle');
  const started = await start(true);
  await eventually(() => asked() > 0);
  await expectProblemResponse(await started.post('/produce', '{"input":1}'), 503);
  expect(proxy.count('SendMessageBatch')).toBe(0);
  proxy.clear();
  expect(await produce(started)).toMatchObject({ status: 202 });
});

it('sends neither group nor deduplication id to a standard queue', async () => {
  const started = await start(false);
  expect(await produce(started)).toMatchObject({ status: 202 });
  const [message] = await broker().receiveAll(started.queues.queueUrl);
  expect(message?.Attributes).not.toHaveProperty('MessageGroupId');
});
