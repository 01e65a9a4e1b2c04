import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { endApps, ROOT, runApp } from '../harness/processes';
import { sideBySide } from '../harness/side-by-side';

// Programs start at the same time, some after one another.
jest.setTimeout(60_000);

const broker = withBroker();
const { it, own } = sideBySide({
  open: async () => ({ folder: await mkdtemp(join(tmpdir(), 'plusone-')) }),
  async close({ folder }) {
    await endApps();
    await rm(folder, { recursive: true });
  },
});

it.each(['', '/', '//'])('refuses to start with the queue, and %p behind it, for its dead letters', async (end) => {
  const { env, queueUrl } = await broker().createQueues();
  const app = runApp('dist/consumer/main.js', {
    env: {
      ...env,
      DLQ_URL: `${queueUrl}${end}`,
      RESULTS: `sqlite:${own().folder}/r.db`,
      CONSUMER_PORT: String(await freePort()),
    },
  });
  expect(await app.exit(30_000)).toEqual({ code: 1, signal: null });
  expect(app.lines).toHaveLength(1);
  expect(app.lines[0]).toMatch(/DLQ_URL is .*, the queue of QUEUE_URL/);
});

it('sends and runs jobs on a machine without MD5', async () => {
  const { env } = await broker().createQueues();
  const [port, consumerPort] = [await freePort(), await freePort()];
  const variables = {
    ...env,
    NODE_OPTIONS: `--require ${join(ROOT, 'dist/test/harness/no-md5.js')}`,
    RESULTS: `sqlite:${own().folder}/r.db`,
    PORT: String(port),
    CONSUMER_PORT: String(consumerPort),
  };
  const producer = runApp('dist/producer/main.js', { env: variables });
  await producer.line(/Listening/, 20_000);
  runApp('dist/consumer/main.js', { env: variables });
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
