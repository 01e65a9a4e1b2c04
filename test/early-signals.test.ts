import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { withBroker } from './harness/broker';
import { eventually } from './harness/eventually';
import { freePort } from '../experiments/rig/proxy/free-port';
import { type App, ROOT, runApp } from './harness/processes';

const broker = withBroker();
let folder: string;
let app: App | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-signals-'));
});
afterEach(async () => {
  if (app?.running) await app.stop('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true }));

/** A program as an image starts it; what its bundle holds is the compiled program itself. */
async function bundled(name: string): Promise<string> {
  await copyFile(join(ROOT, 'docker/program.cjs'), join(folder, 'program.cjs'));
  const code = `require(${JSON.stringify(join(ROOT, `dist/${name}/main.js`))});`;
  await writeFile(join(folder, `${name}.bundle.zst`), zstdCompressSync(code));
  await writeFile(join(folder, `${name}.js`), `require('./program.cjs').run('${name}');\n`);
  return relative(ROOT, join(folder, `${name}.js`));
}

/** Says which modules were loaded when the program answered SIGTERM for the first time. Node itself only dies of it. */
const PROBE = `
  process.on('newListener', function tell(signal) {
    if (signal !== 'SIGTERM') return;
    process.off('newListener', tell);
    process.send(Object.keys(require('node:module')._cache).map((file) => require('node:path').basename(file)));
  });`;

/** Resolves once the program answers SIGTERM, to what it had loaded by then. */
async function start(script: string): Promise<{ app: App; loaded: unknown }> {
  const probe = join(folder, 'probe.cjs');
  await writeFile(probe, PROBE);
  const { env } = await broker().createQueues();
  const [PORT, CONSUMER_PORT] = [String(await freePort()), String(await freePort())];
  const RESULTS = `sqlite:${join(folder, 'results.db')}`;
  const started = runApp(script, {
    env: { ...env, PORT, CONSUMER_PORT, RESULTS, NODE_OPTIONS: `--require ${probe}` },
    ipc: true,
  });
  app = started;
  await eventually(() => started.messages.length > 0);
  return { app: started, loaded: started.messages[0] };
}

/** Over what the whole start takes; an idle machine needs half a second. */
const MOMENTS_MS = [0, 50, 150, 300, 500, 800];

describe.each([
  ['the producer', () => Promise.resolve('dist/producer/main.js'), ['main.js', 'signals.js']],
  ['the consumer', () => Promise.resolve('dist/consumer/main.js'), ['main.js', 'signals.js']],
  ['a bundle', () => bundled('consumer'), ['consumer.js', 'program.cjs']],
])('%s', (_, scriptOf, first) => {
  it('answers SIGTERM before it loads anything', async () => {
    const { loaded } = await start(await scriptOf());
    expect(loaded).toEqual(['probe.cjs', ...first]);
  });

  it.each(MOMENTS_MS)('ends with 0 on a SIGTERM %d ms after that', async (ms) => {
    const { app } = await start(await scriptOf());
    await delay(ms);
    expect(await app.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
