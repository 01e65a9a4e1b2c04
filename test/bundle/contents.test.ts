import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../experiments/rig/proxy/free-port';
import { withBroker } from '../harness/broker';
import { OtlpReceiver } from '../harness/otlp-receiver';
import { endApps, ROOT, runApp } from '../harness/processes';

// Bundling takes seconds of a whole core.
jest.setTimeout(120_000);

const broker = withBroker();
afterAll(endApps);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-bundle-'));
  await promisify(execFile)(process.execPath, ['docker/bundle.mjs', folder]);
});
afterAll(() => rm(folder, { recursive: true }));

const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

/** Our own sources in a bundle below `jobs/`, as its source map tells. */
async function jobsIn(map: string): Promise<string[]> {
  const { sources } = JSON.parse(await read(map)) as { sources: readonly string[] };
  const paths = sources.map((source) => relative(process.cwd(), resolve(folder, source)));
  return paths.filter((path) => path.startsWith('jobs/'));
}

test('the producer carries the definitions of jobs and no work, the consumer both', async () => {
  const [producer, consumer] = [await jobsIn('producer.bundle.js.map'), await jobsIn('consumer.bundle.js.map')];
  const definitions = ['jobs/definitions.ts', 'jobs/add-one/definition.ts'];
  expect(producer).toEqual(expect.arrayContaining(definitions));
  expect(producer.filter((path) => /\bworks?\.ts$/.test(path))).toEqual([]);
  expect(consumer).toEqual(expect.arrayContaining([...definitions, 'jobs/works.ts', 'jobs/add-one/work.ts']));
});

/** Folders of the packages whose code is in a bundle, as its source map tells. */
async function packagesIn(map: string): Promise<string[]> {
  const { sources } = JSON.parse(await read(map)) as { sources: readonly string[] };
  const found = sources.map((source) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(source)?.[0]);
  const paths = [...new Set(found.filter((path) => path !== undefined))].map((path) => resolve(folder, path));
  // A package may ship a map of its own, whose sources lie elsewhere.
  return paths.filter((path) => existsSync(join(path, 'package.json')));
}

const normal = (text: string): string => text.replaceAll('\r\n', '\n').trim();

test.each([
  ['producer', 'producer.bundle.js.map', 80],
  ['consumer', 'consumer.bundle.js.map', 80],
  ['provision', 'provision.js.map', 10],
])('the %s carries the licence of every package in it, and our own', async (app, map, atLeast) => {
  const notices = await read(`${app}.licenses.txt`);
  const packages = await packagesIn(map);
  expect(packages.length).toBeGreaterThan(atLeast);
  for (const path of packages) {
    const { name, version } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Record<string, string>;
    expect(notices).toContain(`${name} ${version} (`);
    const licence = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license'].find((file) => existsSync(join(path, file)));
    if (licence !== undefined) expect(notices).toContain(normal(await readFile(join(path, licence), 'utf8')));
  }
  expect(notices).toContain(normal(await readFile('LICENSE', 'utf8')));
});

test('the page at /docs carries those of its script', async () => {
  for (const file of ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt']) {
    expect(await read(join('swagger-ui', file))).toBe(
      await readFile(join('node_modules/swagger-ui-dist', file), 'utf8'),
    );
  }
});

test('a bundled producer makes traces where it is asked to', async () => {
  const receiver = await OtlpReceiver.start();
  const { env } = await broker().createQueues();
  const port = String(await freePort());
  const place = { ...env, PORT: port, RESULTS: `sqlite:${join(folder, 'results.db')}` };
  const app = runApp(relative(ROOT, join(folder, 'producer.js')), { env: { ...place, ...receiver.variables } });
  await app.line(/Listening on/);
  const headers = { 'content-type': 'application/json' };
  await fetch(`http://127.0.0.1:${port}/produce`, { method: 'POST', headers, body: '{"input":1}' });
  await app.stop();
  expect(receiver.spans.map(({ kind }) => kind).toSorted()).toEqual(['PRODUCER', 'SERVER']);
  await receiver.close();
});
