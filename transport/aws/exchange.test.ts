import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { leanClient } from '../sqs/clients';
import { clientConfig } from './client';

const BODY = JSON.stringify({ Messages: [{ MessageId: 'one', Body: 'ü☃😀'.repeat(100_000) }] });

let server: Server;
let respond: RequestListener;
let client: SQSClient;

beforeEach(async () => {
  respond = (_, outgoing) => outgoing.end(BODY);
  server = createServer((incoming, outgoing) =>
    incoming.resume().on('end', () => {
      respond(incoming, outgoing);
    }),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
  const place = { region: 'eu-west-1', endpoint, credentials };
  client = new SQSClient({
    ...clientConfig(place, { answerMs: 300, maxAttempts: 2, connections: 1 }),
    md5: false,
  });
});

afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

const receive = (): ReceiveMessageCommand => new ReceiveMessageCommand({ QueueUrl: `http://127.0.0.1/1/jobs` });

describe.each([
  ['the SDK', (): SQSClient => client],
  ['the lean path', (): SQSClient => leanClient(client)],
])('an answer to %s', (_, made) => {
  it('is read whole, in however many pieces it comes', async () => {
    const { Messages, $metadata } = await made().send(receive());
    expect(Messages).toEqual((JSON.parse(BODY) as { Messages: unknown }).Messages);
    expect($metadata.attempts).toBe(1);
  });

  it.each([
    ['never comes', (): void => undefined, 'TimeoutError'],
    ['stops in its middle', (outgoing): void => void outgoing.write(BODY.slice(0, 9)), 'TimeoutError'],
    [
      'breaks off in its middle',
      (outgoing): void => {
        outgoing.writeHead(200, { 'content-length': BODY.length });
        outgoing.write(BODY.slice(0, 9), () => outgoing.destroy());
      },
      'RequestTimeout',
    ],
    ['is a reset', (outgoing): void => void outgoing.destroy(), 'RequestTimeout'],
  ] as const satisfies readonly (readonly [string, (outgoing: Parameters<RequestListener>[1]) => void, string])[])(
    'that %s is asked for again',
    async (__, fail, name) => {
      const asked = made();
      await asked.send(receive());
      respond = (___, outgoing) => {
        fail(outgoing);
      };
      await expect(asked.send(receive())).rejects.toMatchObject({ name, $metadata: { attempts: 2 } });
      respond = (___, outgoing) => outgoing.end(BODY);
      await expect(asked.send(receive())).resolves.toMatchObject({ $metadata: { attempts: 1 } });
    },
  );

  it('is waited for no longer than its signal says, wherever the call stands', async () => {
    const asked = made();
    await asked.send(receive());
    const headersCame = new AbortController();
    respond = (__, outgoing) => {
      outgoing.write(BODY.slice(0, 9), () => {
        headersCame.abort();
      });
    };
    await expect(asked.send(receive(), { abortSignal: headersCame.signal })).rejects.toThrow(/abort/i);
    respond = () => undefined;
    const first = asked.send(receive()).catch(() => 'ended');
    const queued = new AbortController();
    const second = asked.send(receive(), { abortSignal: queued.signal });
    queued.abort();
    await expect(second).rejects.toThrow(/abort/i);
    await first;
  });

  it('does not depend on the signal of a call before it', async () => {
    const asked = made();
    const first = new AbortController();
    await asked.send(receive(), { abortSignal: first.signal });
    first.abort();
    respond = (__, outgoing) => {
      respond = (___, again) => again.end(BODY);
      outgoing.writeHead(503).end('{}');
    };
    await expect(asked.send(receive())).resolves.toMatchObject({ $metadata: { attempts: 2 } });
  });

  it('is not asked for again once the signal of its call is aborted', async () => {
    const asked = made();
    await asked.send(receive());
    const abort = new AbortController();
    let requests = 0;
    respond = (__, outgoing) => {
      requests += 1;
      outgoing.on('close', () => {
        abort.abort();
      });
      outgoing.writeHead(503).end('{}');
    };
    await expect(asked.send(receive(), { abortSignal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(requests).toBe(1);
  });
});
