import { v1, v4 } from 'uuid';
import { newJobId } from '../../results/job-id';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';
import { startProducer, type TestProducer } from '../producer/test-producer';

const broker = withBroker();
let queueUrl: string;
let producer: TestProducer;

/** Both apps on one store. */
beforeAll(async () => {
  const queues = await broker().createQueues();
  ({ queueUrl } = queues);
  const { resultsPath } = await startConsumerApp(queues);
  producer = await startProducer(broker(), { environment: { results: `sqlite:${resultsPath}` } });
});
afterAll(async () => {
  await producer.close();
  await stopConsumerApps();
});

interface Status {
  readonly id: string;
  readonly status: string;
  readonly reason?: string;
}

const ended = (id: string): Promise<Status> =>
  eventually(async () => {
    const response = await producer.get(`/results/${id}`);
    return response.status === 200 && ((await response.json()) as Status);
  });

test('without an id: its result is found by the MessageId', async () => {
  const messageId = await broker().send(queueUrl, '{"input":1}');
  expect(await ended(messageId)).toMatchObject({ id: messageId, status: 'done', result: 2 });
});

test('that is not valid: its reason is found by the MessageId', async () => {
  const messageId = await broker().send(queueUrl, '{"input":"1"}');
  expect(await ended(messageId)).toMatchObject({ id: messageId, status: 'failed', reason: 'invalid' });
});

test.each([
  ['a v4', v4()],
  ['a v1', v1()],
  ['a v7', newJobId()],
  ['one in capitals', v4().toUpperCase()],
])('with an id, %s: its result is found by it', async (_, id) => {
  await broker().send(queueUrl, JSON.stringify({ id, input: 1 }));
  expect(await ended(id)).toMatchObject({ id: id.toLowerCase(), status: 'done', result: 2 });
});
