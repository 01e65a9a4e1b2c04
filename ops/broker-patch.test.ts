import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT, runApp } from '../test/harness/processes';

it('the broker names the missing patch as the cause, as after npm ci --ignore-scripts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plusone-patch-'));
  for (const part of ['ops', 'contract', 'service'])
    await cp(join(ROOT, 'dist', part), join(folder, 'dist', part), { recursive: true });
  // As fauxqs comes from its registry it knows no such options.
  await mkdir(join(folder, 'node_modules/fauxqs'), { recursive: true });
  await writeFile(join(folder, 'node_modules/fauxqs/package.json'), '{"type":"module","exports":"./index.js"}');
  await writeFile(join(folder, 'node_modules/fauxqs/index.js'), 'export async function startFauxqs(options) {}\n');
  const app = runApp(relative(ROOT, join(folder, 'dist/ops/broker.js')), { args: ['--port', '0'] });
  expect(await app.exit()).toEqual({ code: 1, signal: null });
  expect(app.lines).toEqual([expect.stringMatching(/fauxqs is not patched.*run `npx patch-package/)]);
  await rm(folder, { recursive: true });
});
