import { type SQSClient } from '@aws-sdk/client-sqs';
import { lastValueFrom } from 'rxjs';
import { createWorkClient } from '../../transport/sqs/clients';
import { MessageRefused, QueueProducer, QueueUnavailable } from '../../transport/index';
import { envelope } from '../../transport/delivery/outgoing-message';
import { Sender } from '../../transport/sqs/sender';
import { withBroker, type TestQueues } from '../harness/broker';
import { startFaultProxy, type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';

const broker = withBroker();
let proxy: FaultProxy;
let client: SQSClient;
let queues: TestQueues;
let sender: Sender;

beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
  queues = await broker().createQueues();
  client = createWorkClient({ queueUrl: queues.queueUrl, region: broker().region, endpoint: proxy.endpoint });
  sender = new Sender(client, queues.queueUrl);
});
afterEach(async () => {
  await sender.close();
  client.destroy();
  await proxy.close();
});

const message = (body: string): { body: string; attributes: ReturnType<typeof envelope> } => ({
  body,
  attributes: envelope('job', 1),
});
const sendAll = (count: number): Promise<PromiseSettledResult<{ messageId: string }>[]> =>
  Promise.allSettled(Array.from({ length: count }, (_, index) => sender.send(message(String(index)))));
const arrived = async (): Promise<string[]> =>
  (await broker().receiveAll(queues.queueUrl)).map(({ Body = '' }) => Body).sort();

it('shares calls between concurrent sends, and gives each its own MessageId', async () => {
  const answers = await sendAll(50);
  const ids = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.messageId : ''));
  expect(new Set(ids).size).toBe(50);
  expect(proxy.count('SendMessageBatch')).toBe(5);
  expect(await arrived()).toHaveLength(50);
});

it('fails exactly the sends that SQS did not accept', async () => {
  proxy.rule('SendMessageBatch', { failEntries: (_entry, index) => index % 2 === 0 });
  const answers = await sendAll(10);
  expect(answers.map(({ status }) => status === 'fulfilled')).toEqual(answers.map((_, index) => index % 2 === 1));
  for (const answer of answers)
    if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(QueueUnavailable);
  expect(await arrived()).toEqual(['1', '3', '5', '7', '9']);
});

it('tells a message that SQS refuses from a queue that is unavailable', async () => {
  proxy.rule('SendMessageBatch', { failEntries: () => true, senderFault: true, code: 'InvalidMessageContents' });
  await expect(sender.send(message('x'))).rejects.toBeInstanceOf(MessageRefused);
  await expect(sender.send(message('x'.repeat(1_048_577)))).rejects.toBeInstanceOf(MessageRefused);
});

it.each(['throttle', 'unavailable', 'drop', 'reset'] as const)('says when to come back after a %s', async (verdict) => {
  proxy.rule('SendMessageBatch', verdict);
  await expect(sender.send(message('x'))).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE', retryAfterSeconds: 5 });
});

it('answers every send within 10 s when the broker accepts and never answers', async () => {
  proxy.rule('SendMessageBatch', 'blackhole');
  const start = performance.now();
  const answers = await sendAll(300);
  expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
  // The bound that callers rely on; a property of the timeouts, not of this machine.
  expect(performance.now() - start).toBeLessThan(10_000);
});

it('takes no more than its buffer holds', async () => {
  proxy.rule('SendMessageBatch', { delayMs: 200 });
  const answers = await sendAll(1_200);
  const refused = answers.filter(({ status }) => status === 'rejected').length;
  expect(refused).toBeGreaterThanOrEqual(100);
  expect(await arrived()).toHaveLength(1_200 - refused);
});

it('closes when every send has its answer, and refuses new ones', async () => {
  const answers = sendAll(25);
  await sender.close();
  expect((await answers).every(({ status }) => status === 'fulfilled')).toBe(true);
  await expect(sender.send(message('late'))).rejects.toBeInstanceOf(QueueUnavailable);
});

it("is what Nest's client emits through: it completes when SQS accepted, and fails when not", async () => {
  const producer = new QueueProducer({ queueUrl: queues.queueUrl, region: broker().region, endpoint: proxy.endpoint });
  const nest = producer.client;
  await lastValueFrom(nest.emit('add-one', { input: 1 }));
  expect(await arrived()).toEqual(['{"input":1}']);
  proxy.rule('SendMessageBatch', 'throttle');
  await expect(lastValueFrom(nest.emit('add-one', { input: 1 }))).rejects.toBeInstanceOf(QueueUnavailable);
  await producer.close();
});
