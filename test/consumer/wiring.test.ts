import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../experiments/proxy/free-port';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { type App, ROOT, runApp } from '../harness/processes';

const broker = withBroker();
let folder: string;
const apps: App[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-'));
});
afterEach(async () => {
  const left = apps.splice(0).filter(({ running }) => running);
  await Promise.all(left.map((app) => app.stop('SIGKILL')));
  await rm(folder, { recursive: true });
});

const run = (script: string, env: Record<string, string>): App => {
  const app = runApp(script, { env });
  apps.push(app);
  return app;
};

it.each(['', '/', '//'])('refuses to start with the queue, and %p behind it, for its dead letters', async (end) => {
  const { env, queueUrl } = await broker().createQueues();
  const app = run('dist/consumer/main.js', {
    ...env,
    DLQ_URL: `${queueUrl}${end}`,
    RESULTS: `sqlite:${folder}/r.db`,
    CONSUMER_PORT: String(await freePort()),
  });
  expect(await app.exit(15_000)).toEqual({ code: 1, signal: null });
  expect(app.lines).toHaveLength(1);
  expect(app.lines[0]).toMatch(/DLQ_URL is .*, the queue of QUEUE_URL/);
});

it('sends and runs jobs on a machine without MD5', async () => {
  const { env } = await broker().createQueues();
  const [port, consumerPort] = [await freePort(), await freePort()];
  const variables = {
    ...env,
    NODE_OPTIONS: `--require ${join(ROOT, 'dist/test/harness/no-md5.js')}`,
    RESULTS: `sqlite:${folder}/r.db`,
    PORT: String(port),
    CONSUMER_PORT: String(consumerPort),
  };
  const producer = run('dist/producer/main.js', variables);
  await producer.line(/Listening/, 20_000);
  run('dist/consumer/main.js', variables);
  const url = `http://127.0.0.1:${port}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/produce`, { method: 'POST', headers, body: '{"input":41}' });
  const { id } = (await answer.json()) as { id: string };
  expect(answer.status).toBe(202);
  const result = await eventually(
    async () => {
      const found = await fetch(`${url}/results/${id}`);
      return found.status === 200 ? await found.json() : false;
    },
    { withinMs: 20_000 },
  );
  expect(result).toMatchObject({ result: 42 });
});
