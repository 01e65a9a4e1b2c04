import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../../ops/child-environment';
import { App, ROOT } from '../harness/processes';

const run = promisify(execFile);
const APPS = join(__dirname, 'apps');
const PACKAGE = join(ROOT, 'transport');

/** npm with the Node that runs the tests, as if called by hand: what an npm around it sets is not passed on. */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const outer = Object.entries(childEnvironment({})).filter(([name]) => !/^npm_(package|lifecycle|command)/.test(name));
  const env = Object.fromEntries(outer);
  env['PATH'] = `${dirname(process.execPath)}:${env['PATH'] ?? ''}`;
  const { stdout, stderr } = await run('npm', args, { cwd, env });
  return stdout + stderr;
}

/** Folders outside the repository, where nothing of it is found. */
export class Outside {
  private readonly folders: string[] = [];

  async folder(name: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), `${name}-`));
    this.folders.push(folder);
    return folder;
  }

  async clear(): Promise<void> {
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** Packs as it would be published; resolves to the tarball. */
export async function pack(outside: Outside): Promise<string> {
  const folder = await outside.folder('tarball');
  await npm(PACKAGE, 'pack', '--pack-destination', folder);
  const [tarball = ''] = await readdir(folder);
  return join(folder, tarball);
}

/** An application as somebody else would write it: the sources of `apps/`, npm's own tree, compiled in place. */
export async function install(
  outside: Outside,
  name: string,
  tarball: string,
): Promise<{ folder: string; said: string }> {
  const folder = await outside.folder(name);
  for (const source of ['shared', name]) await cp(join(APPS, source), folder, { recursive: true });
  const said = await npm(folder, 'install', '--no-audit', '--no-fund', '@types/node@24', 'typescript@5.9', tarball);
  await run(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: folder });
  return { folder, said };
}

/** Runs a tool from the registry on the tarball. */
export async function inspect(outside: Outside, tool: string, tarball: string): Promise<string> {
  return npm(await outside.folder('tool'), 'exec', '--yes', '--', tool, tarball);
}

export function start(folder: string, env: Readonly<Record<string, string>>): App {
  const script = join(folder, 'dist/main.js');
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return new App(
    script,
    spawn(process.execPath, [script], { cwd: folder, env: childEnvironment(env), stdio: [...stdio] }),
  );
}
