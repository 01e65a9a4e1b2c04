import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createWorkClient } from './clients';

let server: Server;
afterEach(() => server.close());

/** Sends `{}` to a broker whose answers are these, one after the other. */
async function send(...answers: RequestListener[]): Promise<{ MessageId?: string | undefined }> {
  server = createServer((incoming, outgoing) => answers.shift()?.(incoming, outgoing)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createWorkClient({ queueUrl: `${endpoint}/0/queue`, region: 'us-east-1', endpoint });
  try {
    return await client.send(new SendMessageCommand({ QueueUrl: `${endpoint}/0/queue`, MessageBody: '{}' }));
  } finally {
    client.destroy();
  }
}

const accepts: RequestListener = (_incoming, outgoing) =>
  outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{"MessageId":"one"}');

const breaksOff: RequestListener = (_incoming, outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 100 }).write('{"Mess');
  setImmediate(() => outgoing.destroy());
};

it('tries again when the connection ends before an answer', async () => {
  expect(await send((incoming) => incoming.socket.destroy(), accepts)).toMatchObject({ MessageId: 'one' });
});

it('tries again when an answer breaks off', async () => {
  expect(await send(breaksOff, accepts)).toMatchObject({ MessageId: 'one' });
});

it('signs for the region that an AWS queue URL names, whatever else is configured', async () => {
  const regionFor = (queueUrl: string, region: string | undefined): Promise<string> =>
    createWorkClient({ queueUrl, region, endpoint: undefined }).config.region();
  expect(await regionFor('https://sqs.eu-west-1.amazonaws.com/1/jobs', 'us-east-1')).toBe('eu-west-1');
  expect(await regionFor('https://sqs-fips.us-gov-west-1.amazonaws.com/1/jobs', undefined)).toBe('us-gov-west-1');
  expect(await regionFor('https://eu-central-1.queue.amazonaws.com/1/jobs', 'us-east-1')).toBe('eu-central-1');
  expect(await regionFor('https://sqs.cn-north-1.amazonaws.com.cn/1/jobs', 'us-east-1')).toBe('cn-north-1');
  expect(await regionFor('http://broker.internal:4566/000000000000/jobs', 'ap-south-1')).toBe('ap-south-1');
});

it('ends a call whose answer drips, as a whole', async () => {
  const drips: RequestListener = (_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    const drip = setInterval(() => outgoing.write(' '), 200);
    outgoing.on('close', () => {
      clearInterval(drip);
    });
  };
  const begunAt = performance.now();
  await expect(send(drips, drips, drips)).rejects.toThrow('No whole answer within 10 s.');
  expect(performance.now() - begunAt).toBeLessThan(15_000);
});

it('gives up after two tries', async () => {
  await expect(send(breaksOff, breaksOff, accepts)).rejects.toThrow();
});
