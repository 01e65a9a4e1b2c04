import { createServer, Socket } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestQueues, withBroker } from '../harness/broker';
import { type FaultProxy, startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { eventually } from '../harness/eventually';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { type App, runApp } from '../harness/processes';
import { expectProblemResponse } from './problem-response';

const SCRIPT = 'dist/producer/main.js';
const broker = withBroker();
let proxy: FaultProxy;
let queues: TestQueues;
let directory: string;
const apps: App[] = [];

function run(env: Record<string, string>): App {
  const app = runApp(SCRIPT, { env });
  apps.push(app);
  return app;
}

beforeEach(async () => {
  proxy = await startFaultProxy(broker().endpoint);
  queues = await broker().createQueues();
  directory = await mkdtemp(join(tmpdir(), 'producer-'));
});
afterEach(async () => {
  for (const app of apps.splice(0)) if (app.running) await app.stop('SIGKILL');
  await proxy.close();
  await rm(directory, { recursive: true, force: true });
});

async function variables(): Promise<Record<string, string>> {
  const port = String(await freePort());
  return {
    ...broker().environment(queues, proxy.endpoint),
    PORT: port,
    RESULTS: `sqlite:${join(directory, 'results.db')}`,
  };
}

async function start(extra: Record<string, string> = {}): Promise<{ app: App; url: string }> {
  const env = { ...(await variables()), ...extra };
  const app = run(env);
  await app.line(/Listening on/, 20_000);
  return { app, url: `http://127.0.0.1:${env.PORT ?? ''}` };
}

const produce = (url: string): Promise<Response> =>
  fetch(`${url}/produce`, { method: 'POST', body: '{"input":1}', headers: { 'content-type': 'application/json' } });

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: in-flight requests end well, new ones get 503, exit 0',
  async (signal) => {
    const { app, url } = await start();
    proxy.rule('SendMessageBatch', { delayMs: 1_500 });
    const inFlight = produce(url);
    await eventually(() => proxy.count('SendMessageBatch') === 1);
    const pending = (await (await fetch(`${url}/results/${'0'.repeat(8)}`)).text()).length;
    expect(pending).toBeGreaterThan(0);
    app.signal(signal);
    await app.line(/draining/);
    const refused = await produce(url);
    await expectProblemResponse(refused, 503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectProblemResponse(await fetch(`${url}/health/ready`), 503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const response = await inFlight;
    expect(response.status).toBe(202);
    expect(await app.exit()).toEqual({ code: 0, signal: null });
    expect(await broker().receiveAll(queues.queueUrl)).toHaveLength(1);
  },
);

test('a request that waits for its result is answered at once', async () => {
  const { app, url } = await start();
  const { id } = (await (await produce(url)).json()) as { id: string };
  const waiting = fetch(`${url}/results/${id}`, { headers: { prefer: 'wait=20' } });
  // The producer has it once it has answered what was sent after it on the same socket pool.
  await fetch(`${url}/health/live`);
  const begun = performance.now();
  const exit = app.stop();
  expect((await waiting).status).toBe(202);
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(3_000);
});

test('idle and half-open connections do not hold it up; a second signal changes nothing', async () => {
  const { app, url } = await start();
  await fetch(`${url}/health/live`);
  const { port } = new URL(url);
  const half = new Socket();
  half.on('error', () => undefined);
  half.connect(Number(port), '127.0.0.1');
  await once(half, 'connect');
  half.write('POST /produce HTTP/1.1\r\nHost: localhost\r\n');
  app.signal('SIGTERM');
  app.signal('SIGINT');
  app.signal('SIGTERM');
  expect(await app.exit(5_000)).toEqual({ code: 0, signal: null });
  half.destroy();
});

test('under load no 202 is lost', async () => {
  const { app, url } = await start();
  const accepted = new Set<string>();
  let going = true;
  const load = Array.from({ length: 20 }, async () => {
    while (going) {
      const response = await produce(url).catch(() => undefined);
      if (response?.status === 202) accepted.add(((await response.json()) as { id: string }).id);
      else if (response === undefined) return;
    }
  });
  await eventually(() => accepted.size > 200);
  const exit = await app.stop();
  going = false;
  await Promise.all(load);
  expect(exit).toEqual({ code: 0, signal: null });
  const messages = await broker().receiveAll(queues.queueUrl);
  const queued = new Set(messages.map(({ Body = '' }) => (JSON.parse(Body) as { id: string }).id));
  expect([...accepted].filter((id) => !queued.has(id))).toEqual([]);
});

async function expectRefusal(env: Record<string, string>, sentence: RegExp): Promise<App> {
  const app = run(env);
  expect(await app.exit()).toEqual({ code: 1, signal: null });
  expect(app.lines.join('\n')).toMatch(sentence);
  expect(app.lines.join('\n')).not.toMatch(/\n\s+at /);
  return app;
}

test('a taken port: one clear sentence, exit 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  await expectRefusal({ ...(await variables()), PORT: port }, /The port is taken: set PORT to another one/);
  taken.close();
});

test('no QUEUE_URL and a HOST for everyone, together', async () => {
  const env = { ...(await variables()), QUEUE_URL: '', HOST: '0.0.0.0' };
  const app = await expectRefusal(env, /QUEUE_URL is missing/);
  expect(app.lines.join('\n')).toMatch(/HOST is .*0\.0\.0\.0/);
});

test('a store that cannot be opened: one clear sentence', async () => {
  await expectRefusal(
    { ...(await variables()), RESULTS: 'sqlite:/dev/null/results.db' },
    /cannot be created; name another path in RESULTS/,
  );
});
