import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { withBroker } from '../../../test/harness/broker';
import { type FaultProxy, startFaultProxy } from './fault-proxy';
import { endApps } from '../../../test/harness/processes';

const broker = withBroker();
let proxy: FaultProxy;
let client: SQSClient;
let queueUrl: string;

beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
  ({ queueUrl } = await broker().createQueues());
  client = new SQSClient({
    endpoint: proxy.endpoint,
    region: broker().region,
    useQueueUrlAsEndpoint: false,
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
});
afterAll(endApps);

const send = (body: string) => client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
const sendBatch = (...bodies: string[]) =>
  client.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: bodies.map((body) => ({ Id: body, MessageBody: body })),
    }),
  );
const stored = async (): Promise<number> => (await broker().depth(queueUrl)).visible;

describe('the fault proxy', () => {
  it('passes and counts', async () => {
    await send('one');
    await sendBatch('two', 'three');
    expect([proxy.count('SendMessage'), proxy.count('SendMessageBatch'), await stored()]).toEqual([1, 1, 3]);
  });

  it.each([
    ['drop', 0],
    ['blackhole', 0],
    ['throttle', 0],
    ['unavailable', 0],
    ['reset', 1],
    ['swallow', 1],
  ] as const)('%s: the caller fails, the broker holds %i', async (verdict, held) => {
    proxy.rule('SendMessage', verdict);
    await expect(send('one')).rejects.toThrow();
    expect(await stored()).toBe(held);
    proxy.clear();
    await send('two');
    expect(await stored()).toBe(held + 1);
  });

  it('names the throttling as SQS does', async () => {
    proxy.rule('SendMessage', ({ nth }) => (nth === 1 ? 'throttle' : 'pass'));
    await expect(send('one')).rejects.toMatchObject({ name: 'RequestThrottled' });
    await send('one');
  });

  it.each([
    [false, 1],
    [true, 2],
  ])('fails entries of a batch; forwarded %s', async (forwarded, held) => {
    proxy.rule('SendMessageBatch', { failEntries: ({ Id }) => Id === 'b', forwarded, code: 'InternalError' });
    const answer = await sendBatch('a', 'b');
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'InternalError', SenderFault: false }]);
    expect(await stored()).toBe(held);
  });

  it('loses a delete and answers success', async () => {
    await send('one');
    const [message] = await broker().receive(queueUrl, 30);
    proxy.rule('*', 'pretend');
    const ReceiptHandle = message?.ReceiptHandle;
    await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    const Entries = [{ Id: 'a', ReceiptHandle }];
    const batch = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    expect(batch.Successful).toEqual([{ Id: 'a' }]);
    expect((await broker().depth(queueUrl)).inFlight).toBe(1);
  });

  it('delivers a message twice', async () => {
    await send('one');
    proxy.rule('ReceiveMessage', ({ nth }) => (nth === 1 ? 'duplicate' : 'pass'));
    const receive = () => client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 0 }));
    const [first, second, third] = [await receive(), await receive(), await receive()];
    expect(first.Messages?.[0]?.MessageId).toBeDefined();
    expect(second.Messages?.[0]?.MessageId).toBe(first.Messages?.[0]?.MessageId);
    expect(third.Messages ?? []).toEqual([]);
  });

  it('delays, refuses and accepts again', async () => {
    proxy.rule('SendMessage', { delayMs: 300 });
    const before = Date.now();
    await send('one');
    expect(Date.now() - before).toBeGreaterThanOrEqual(299);
    proxy.clear();
    await proxy.refuse();
    await expect(send('two')).rejects.toThrow();
    await proxy.accept();
    await send('three');
    expect(await stored()).toBe(2);
  });
});
