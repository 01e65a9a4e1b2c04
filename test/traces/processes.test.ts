import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { eventually } from '../harness/eventually';
import { OtlpReceiver } from '../harness/otlp-receiver';
import { type App, endApps, runApp } from '../harness/processes';

jest.setTimeout(60_000);

const broker = withBroker();
const folder = join(tmpdir(), `plusone-traces-${process.pid}`);
afterAll(async () => {
  await endApps();
  await rm(folder, { recursive: true });
});

/** Says at the end which modules were loaded. */
const TELLS = `import { createRequire } from 'node:module';
const { cache } = createRequire('file:///x.js');
process.on('exit', () => console.log(JSON.stringify({ loaded: Object.keys(cache) })));`;
const NODE_ARGS = ['--import', `data:text/javascript,${encodeURIComponent(TELLS)}`];

const NAMES = ['producer', 'consumer'] as const;

async function start(name: (typeof NAMES)[number], variables: Readonly<Record<string, string>>): Promise<App> {
  const { env } = await broker().createQueues();
  const port = String(await freePort());
  const ports = { PORT: port, CONSUMER_PORT: port, RESULTS: `sqlite:${folder}/${name}.db` };
  const app = runApp(`dist/${name}/main.js`, { nodeArgs: NODE_ARGS, env: { ...env, ...ports, ...variables } });
  await app.line(/Listening on/, 30_000);
  return app;
}

async function loadedBy(app: App): Promise<string[]> {
  await app.stop();
  const { loaded } = JSON.parse(await app.line(/^\{"loaded/)) as { loaded: string[] };
  expect(loaded.length).toBeGreaterThan(100);
  return loaded.filter((path) => path.includes('opentelemetry'));
}

it.each(NAMES)('nothing of OpenTelemetry is loaded by a %s that makes no traces', async (name) => {
  expect(await loadedBy(await start(name, {}))).toEqual([]);
});

it.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])(
  'nor with an endpoint and %j',
  async (off) => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    expect(await loadedBy(await start('consumer', { ...endpoint, ...off }))).toEqual([]);
  },
);

it('a producer sends what it has when it ends, as its variables say', async () => {
  const receiver = await OtlpReceiver.start();
  const app = await start('producer', {
    ...receiver.variables,
    OTEL_BSP_SCHEDULE_DELAY: '600000',
    OTEL_SERVICE_NAME: 'orders',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=test',
    OTEL_PROPAGATORS: 'xray,tracecontext',
  });
  const url = (await app.line(/Listening on/)).match(/http:\/\/[\d.:]+/)?.[0] ?? '';
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  const headers = { 'content-type': 'application/json', 'x-amzn-trace-id': header };
  expect((await fetch(`${url}/produce`, { method: 'POST', body: '{"input":1}', headers })).status).toBe(202);
  await app.stop();
  expect(receiver.spans.map(({ traceId }) => traceId)).toEqual(Array(2).fill('5759e988bd862e3fe1be46a994272793'));
  expect(receiver.spans.map(({ resource }) => resource)).toEqual(
    Array(2).fill(expect.objectContaining({ 'service.name': 'orders', 'deployment.environment.name': 'test' })),
  );
  await receiver.close();
});

it('a sampler of 0 makes no spans, and its contexts say so to the consumer', async () => {
  const receiver = await OtlpReceiver.start();
  const sampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
  const { env, queueUrl } = await broker().createQueues();
  const app = await start('producer', { ...env, ...receiver.variables, ...sampler });
  const url = (await app.line(/Listening on/)).match(/http:\/\/[\d.:]+/)?.[0] ?? '';
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}/produce`, { method: 'POST', body: '{"input":1}', headers });
  const [message] = await eventually(async () => {
    const found = await broker().receiveAll(queueUrl);
    return found.length > 0 && found;
  });
  expect(message?.MessageAttributes?.['traceparent']?.StringValue).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
  await app.stop();
  expect(receiver.spans).toEqual([]);
  await receiver.close();
});
