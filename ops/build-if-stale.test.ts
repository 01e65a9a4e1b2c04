import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../test/harness/processes';

jest.setTimeout(60_000);

// The script itself with the real settings, in a repository of small files.
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plusone-build-'));
  for (const file of ['tsconfig.json', 'tsconfig.product.json', 'package-lock.json', 'ops/build-if-stale.mjs']) {
    await cp(join(ROOT, file), join(folder, file));
  }
  await cp(join(ROOT, 'ops/console/page'), join(folder, 'ops/console/page'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const { include } = JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8')) as { include: string[] };
  for (const name of include) {
    await mkdir(join(folder, name), { recursive: true });
    await write(`${name}/one.ts`, `export const one: number = 1;`);
  }
});
afterEach(() => rm(folder, { recursive: true }));

const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), `${text}\n`);

function build(...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['ops/build-if-stale.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

it('compiles the product whatever is wrong with a test or an experiment, and says so', async () => {
  await write('ops/wrong.test.ts', `export const text: string = 1;`);
  await write('experiments/wrong.ts', `export const text: string = 1;`);
  expect(build('product')).toEqual({ status: 0, said: 'Compiling the product ...\n' });
  expect(await readFile(join(folder, 'dist/ops/one.js'), 'utf8')).toContain('exports.one = 1');
  expect(build('product')).toEqual({ status: 0, said: '' });

  const everything = build();
  expect(everything.status).toBe(1);
  expect(everything.said).toMatch(
    /ops\/wrong\.test\.ts.*\n.*experiments\/wrong\.ts|experiments\/wrong\.ts.*\n.*ops\/wrong\.test\.ts/,
  );
});

it('compiles what was changed, and leaves a file alone that is as it was', async () => {
  build('product');
  const before = await stat(join(folder, 'dist/ops/one.js'));
  await write('service/one.ts', `export const two: number = 2;`);
  expect(build().status).toBe(0);
  expect(await readFile(join(folder, 'dist/service/one.js'), 'utf8')).toContain('exports.two = 2');
  const { ino, mtimeMs } = await stat(join(folder, 'dist/ops/one.js'));
  expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs });
});

it('may run in two terminals at once', async () => {
  const builds = [['product'], []].map((args) =>
    once(spawn(process.execPath, ['ops/build-if-stale.mjs', ...args], { cwd: folder, stdio: 'ignore' }), 'exit'),
  );
  expect(await Promise.all(builds)).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(build('product')).toEqual({ status: 0, said: '' });
  expect(build()).toEqual({ status: 0, said: '' });
});

it('says in one sentence that the dependencies are not there', async () => {
  await rm(join(folder, 'node_modules'));
  const { status, said } = build('product');
  expect(status).toBe(1);
  expect(said).toBe('The dependencies are not there: run `npm ci`, or wait for the one that runs.\n');
});
