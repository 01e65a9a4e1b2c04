import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../experiments/rig/proxy/free-port';
import { type TestQueues, withBroker } from './harness/broker';
import { eventually } from './harness/eventually';
import { ForwardProxy } from './harness/forward-proxy';
import { type App, runApp } from './harness/processes';

// SQS and DynamoDB as they are reached from a company's network, and with credentials that end.
const broker = withBroker();
const apps: App[] = [];
let folder: string;
let proxy: ForwardProxy;
let queues: TestQueues;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-outside-'));
  proxy = await ForwardProxy.start();
  queues = await broker().createQueues();
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map(async (app) => app.running && app.stop('SIGKILL')));
  proxy.close();
  await rm(folder, { recursive: true });
});

const post = (url: string): Promise<Response> =>
  fetch(`${url}/produce`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"input":1}' });

/** Neither inherited: whoever runs the tests may sit behind a proxy. */
const NO_PROXIES = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].map((name) => [name, undefined]),
);

/** A port of this machine under a name that nothing but the proxy resolves. */
const outside = (port: number | string, name = 'sqs'): string => `http://${name}.outside.test:${port}`;

type More = Readonly<Record<string, string | undefined>>;

async function startPair(endpoint: string, more: More): Promise<{ producer: string; consumer: string }> {
  const [port, consumerPort] = [await freePort(), await freePort()];
  const env = {
    ...NO_PROXIES,
    ...queues.env,
    PORT: String(port),
    CONSUMER_PORT: String(consumerPort),
    AWS_ENDPOINT_URL_SQS: endpoint,
    RESULTS: `sqlite:${join(folder, 'results.db')}`,
    ...more,
  };
  for (const name of ['producer', 'consumer']) {
    const app = runApp(`dist/${name}/main.js`, { env });
    apps.push(app);
    await app.line(/Listening/, 20_000);
  }
  return { producer: `http://127.0.0.1:${port}`, consumer: `http://127.0.0.1:${consumerPort}` };
}

async function isDone(producer: string, answer: Response): Promise<void> {
  expect(answer.status).toBe(202);
  const location = answer.headers.get('location') ?? '';
  await eventually(async () => {
    expect(await (await fetch(`${producer}${location}`)).json()).toMatchObject({ status: 'done', result: 2 });
  });
}

describe('a proxy of the environment', () => {
  it.each([
    ['HTTP_PROXY alone', {}],
    ["Node's own switch", { NODE_USE_ENV_PROXY: '1' }],
  ])('serves SQS with %s', async (_, more) => {
    const port = new URL(broker().endpoint).port;
    const { producer } = await startPair(outside(port), { HTTP_PROXY: proxy.url, ...more });
    await isDone(producer, await post(producer));
    expect(new Set(proxy.asked)).toEqual(new Set([`sqs.outside.test:${port}`]));
  });

  it('is not asked for what NO_PROXY names', async () => {
    const { producer } = await startPair(outside(9), { HTTP_PROXY: proxy.url, NO_PROXY: '.outside.test' });
    expect((await post(producer)).status).toBe(503);
    expect(proxy.asked).toEqual([]);
  });

  it('serves DynamoDB', async () => {
    const table = createServer((incoming, outgoing) => {
      incoming.resume().on('end', () => {
        outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end('{"__type":"com.amazon.coral.service#AccessDeniedException","message":"reached, and refused"}');
      });
    }).listen(0, '127.0.0.1');
    await once(table, 'listening');
    const { port } = table.address() as AddressInfo;
    const app = runApp('dist/ops/provision.js', {
      env: {
        ...NO_PROXIES,
        ...queues.env,
        HTTP_PROXY: proxy.url,
        RESULTS: 'dynamodb:results',
        AWS_ENDPOINT_URL_DYNAMODB: outside(port, 'dynamodb'),
      },
    });
    expect((await app.exit()).code).toBe(1);
    expect(app.lines.join('\n')).toContain('reached, and refused');
    expect(proxy.asked).toContain(`dynamodb.outside.test:${port}`);
    table.close();
  });
});

/** In front of the broker; refuses calls that are signed with the key that has expired. */
async function startGate(expired: () => string): Promise<Server> {
  const { port } = new URL(broker().endpoint);
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    if (headers.authorization?.includes(`Credential=${expired()}/`)) {
      outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      outgoing.end('{"__type":"com.amazonaws.sqs#ExpiredToken","message":"The security token included is expired"}');
      return;
    }
    const upstream = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

it('credentials that a tool renews are used once the old ones have expired, and until then it is said what is wrong', async () => {
  let expired = 'none';
  const gate = await startGate(() => expired);
  const file = join(folder, 'credentials');
  const write = (key: string): Promise<void> =>
    writeFile(
      file,
      `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret\naws_session_token = ${key}\n`,
    );
  await write('FIRST');
  const { producer, consumer } = await startPair(outside((gate.address() as AddressInfo).port), {
    HTTP_PROXY: proxy.url,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SHARED_CREDENTIALS_FILE: file,
  });
  await isDone(producer, await post(producer));

  expired = 'FIRST';
  // Ends the poll that is under way, which was signed before.
  await broker().send(queues.queueUrl, '{"input":2}');
  expect((await post(producer)).status).toBe(503);
  const detail = async (url: string): Promise<unknown> => {
    const { detail } = (await (await fetch(`${url}/health/ready`)).json()) as { readonly detail?: unknown };
    return detail;
  };
  await eventually(
    async () => {
      expect(await detail(producer)).toBe('Not usable: the queue (ExpiredToken).');
      expect(await detail(consumer)).toMatch(/^The queue cannot be used: .*security token included is expired/);
    },
    { withinMs: 20_000 },
  );

  await write('SECOND');
  const answer = await eventually(async () => {
    const again = await post(producer);
    return again.status === 202 && again;
  });
  await isDone(producer, answer);
  gate.close();
  gate.closeAllConnections();
}, 60_000);
