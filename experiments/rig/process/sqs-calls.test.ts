import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { QueueProducer } from '../../../transport/index';
import { onSqsCall } from './sqs-calls';

it('tells of calls by the SDK as it comes, and of ours over undici, with every try', async () => {
  const server = createServer((_incoming, outgoing) => outgoing.writeHead(503).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kinds: string[] = [];
  onSqsCall((kind) => kinds.push(kind));
  const queueUrl = `${endpoint}/0/queue`;
  const sdk = new SQSClient({ region: 'us-east-1', endpoint, maxAttempts: 1 });
  await expect(sdk.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }))).rejects.toThrow();
  sdk.destroy();
  const producer = new QueueProducer({ queueUrl, region: 'us-east-1', endpoint });
  await expect(producer.check()).rejects.toThrow();
  await producer.close();
  server.close();
  expect(kinds).toEqual(['SendMessage', 'GetQueueAttributes', 'GetQueueAttributes']);
});
