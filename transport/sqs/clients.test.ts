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

const accepts =
  (body: string): RequestListener =>
  (_incoming, outgoing) =>
    outgoing
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify({ MessageId: 'one', MD5OfMessageBody: md5(body) }));

const breaksOff: RequestListener = (_incoming, outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 100 }).write('{"Mess');
  setImmediate(() => outgoing.destroy());
};

it('tries again when the connection ends before an answer', async () => {
  expect(await send((incoming) => incoming.socket.destroy(), accepts('{}'))).toMatchObject({ MessageId: 'one' });
});

it('tries again when an answer breaks off', async () => {
  expect(await send(breaksOff, accepts('{}'))).toMatchObject({ MessageId: 'one' });
});

it('gives up after two tries', async () => {
  await expect(send(breaksOff, breaksOff, accepts('{}'))).rejects.toThrow();
});
