import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { type ConsumerApp, startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { scrape } from '../harness/scrape';

const broker = withBroker();
let port: string;
beforeEach(async () => {
  port = String(await freePort());
});
afterEach(stopConsumerApps);

interface Told extends ConsumerApp {
  readonly lines: readonly string[];
}

async function start(more: Readonly<Record<string, string>> = {}): Promise<Told> {
  const lines: string[] = [];
  const note = (line: unknown): void => {
    lines.push(String(line));
  };
  const logger = { log: note, warn: note, error: note };
  const variables = { CONSUMER_METRICS_PORT: port, ...more };
  return { ...(await startConsumerApp(await broker().createQueues(), variables, { logger })), lines };
}

const url = (path = '/metrics'): string => `http://127.0.0.1:${port}${path}`;

it('answers GET /metrics in the text format, and nothing else', async () => {
  const { lines } = await start();
  expect(lines).toContain(`Metrics at ${url()}`);
  const answer = await fetch(`${url()}?again`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  const posted = await fetch(url(), { method: 'POST', body: 'x' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  const elsewhere = await fetch(url('/'));
  expect([elsewhere.status, elsewhere.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
});

it('is off without the variable: the port of the service has no /metrics', async () => {
  const app = await start({ CONSUMER_METRICS_PORT: '' });
  expect((await fetch(`${app.url}/metrics`)).status).toBe(404);
  await expect(fetch(url())).rejects.toThrow('fetch failed');
});

it('starts without metrics when their port is taken, and says so in one sentence', async () => {
  const other = createServer().listen(Number(port), '127.0.0.1');
  await once(other, 'listening');
  try {
    const { lines, url: ready } = await start();
    expect((await fetch(`${ready}/health/live`)).status).toBe(200);
    expect(lines.filter((line) => line.includes('etrics'))).toEqual([
      `No metrics at port ${port}. The port is taken: set CONSUMER_METRICS_PORT to another one, or end what listens there.`,
    ]);
  } finally {
    other.close();
  }
});

it('leaves its own port to the service', async () => {
  const { lines } = await start({ CONSUMER_PORT: port });
  expect(lines).toContainEqual(expect.stringMatching(/^No metrics at port/));
  await expect(fetch(url())).rejects.toThrow('fetch failed');
});

it('answers others, and ends, beside scrapes that never read', async () => {
  const { app } = await start();
  const request = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
  const idle = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const socket = connect(Number(port), '127.0.0.1').pause();
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(request.repeat(2_000));
      return socket;
    }),
  );
  expect((await scrape(port)).series['plusone_permits']).toBe(100);
  await app.close();
  await expect(fetch(url())).rejects.toThrow('fetch failed');
  for (const socket of idle) socket.destroy();
});
