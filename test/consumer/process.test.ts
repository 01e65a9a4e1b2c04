import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { endApps, runApp, type App } from '../harness/processes';
import { sideBySide } from '../harness/side-by-side';

// Programs start at the same time, some after one another.
jest.setTimeout(120_000);

const broker = withBroker();
const { it } = sideBySide({ open: () => Promise.resolve({}), close: endApps });

const start = async (
  script: string,
  variables: Record<string, string> = {},
): Promise<{ app: App; queueUrl: string; url: string }> => {
  const port = await freePort();
  const { env, queueUrl } = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 2 } });
  const app = runApp(script, {
    env: { ...env, CONSUMER_PORT: String(port), RESULTS: `sqlite:/tmp/plusone-test-${port}/results.db`, ...variables },
  });
  return { app, queueUrl, url: `http://127.0.0.1:${port}` };
};

const ready = (url: string): Promise<true> =>
  eventually(async () => (await fetch(`${url}/health/ready`)).status === 200, { withinMs: 45_000 });

/** In flight at the broker is not enough: a message still on its way when a drain begins is given back. */
const hasTaken = async (url: string, jobs: number): Promise<boolean> => {
  const { inFlight } = (await (await fetch(`${url}/health/ready`)).json()) as { readonly inFlight?: number };
  return inFlight === jobs;
};

it('drains on SIGTERM: finishes a job that outlasts its lease, and ends with 0', async () => {
  const { app, queueUrl, url } = await start('dist/consumer/main.js', { WORK_SECONDS: '5' });
  await ready(url);
  await broker().send(queueUrl, '{"input":1}');
  await eventually(() => hasTaken(url, 1), { withinMs: 45_000 });
  expect(await app.stop('SIGTERM', 45_000)).toEqual({ code: 0, signal: null });
  expect(await broker().isEmpty(queueUrl)).toBe(true);
});

it('takes a second signal for what it is: the same drain', async () => {
  const { app, queueUrl, url } = await start('dist/consumer/main.js', { WORK_SECONDS: '1' });
  await ready(url);
  await broker().send(queueUrl, '{"input":1}');
  await eventually(() => hasTaken(url, 1), { withinMs: 45_000 });
  app.signal('SIGTERM');
  app.signal('SIGINT');
  expect(await app.stop('SIGTERM', 45_000)).toEqual({ code: 0, signal: null });
  expect(await broker().isEmpty(queueUrl)).toBe(true);
});

it('ends with 1 and a clear last line when a handler never returns', async () => {
  const { app, queueUrl } = await start('dist/test/consumer/stuck-consumer.js');
  await broker().send(queueUrl, '{}');
  await app.line(/running/, 45_000);
  expect(await app.stop('SIGTERM', 45_000)).toEqual({ code: 1, signal: null });
  expect(app.lines.at(-1)).toMatch(/1 handlers? ignored the abort signal/);
});

it('says every fault of its environment in one sentence each, and ends with 1', async () => {
  const app = runApp('dist/consumer/main.js', { env: { QUEUE_URL: '', DLQ_URL: '', AWS_ENDPOINT_URL_SQS: '' } });
  expect(await app.exit(45_000)).toEqual({ code: 1, signal: null });
  const output = app.lines.join('\n');
  expect(output).toMatch(/QUEUE_URL is missing/);
  expect(output).toMatch(/DLQ_URL is missing/);
  expect(output).not.toMatch(/at .*\.js:/);
});

it('says in one sentence, and nothing else, what is wrong with its results store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plusone-process-'));
  const path = join(folder, 'results.db');
  await writeFile(path, 'no database, long enough to have been one: '.repeat(100));
  const { app } = await start('dist/consumer/main.js', { RESULTS: `sqlite:${path}` });
  expect(await app.exit(45_000)).toEqual({ code: 1, signal: null });
  expect(app.lines).toEqual([expect.stringContaining(`${path} cannot be opened. `)]);
  expect(app.lines[0]).toContain('the file is no SQLite database; name another one in RESULTS');
  await rm(folder, { recursive: true });
});

it('says in one sentence that its port is taken', async () => {
  const { url } = await start('dist/consumer/main.js');
  await ready(url);
  const { app } = await start('dist/consumer/main.js', { CONSUMER_PORT: new URL(url).port });
  expect(await app.exit(45_000)).toEqual({ code: 1, signal: null });
  expect(app.lines.join('\n')).toMatch(/The port is taken: set CONSUMER_PORT/);
});
