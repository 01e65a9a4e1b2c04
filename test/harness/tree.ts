import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { childEnvironment } from '../../ops/child-environment';
import { App, ROOT } from './processes';

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.data', '.ci', 'cdk.out', 'coverage']);

/** A copy of this repository for a test that changes it; its dependencies are those of the original. */
export class Tree {
  private readonly shells: App[] = [];

  private constructor(readonly folder: string) {}

  static async copy(): Promise<Tree> {
    const tree = new Tree(await mkdtemp(join(tmpdir(), 'tree-')));
    await cp(ROOT, tree.folder, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
    await symlink(join(ROOT, 'node_modules'), join(tree.folder, 'node_modules'));
    return tree;
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** Changes a file; `change` that changes nothing is a fault of the test. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const before = await readFile(join(this.folder, path), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`Nothing in ${path} was changed`);
    await this.write(path, after);
  }

  /** Runs a line of shell in the copy, in a process group of its own. */
  shell(line: string, env: Readonly<Record<string, string | undefined>> = {}): App {
    // What npm and jest say of themselves would change what a script of the copy does.
    const bare = { NODE_OPTIONS: undefined, JEST_WORKER_ID: undefined, NODE_ENV: undefined, FORCE_COLOR: undefined };
    const PATH = [dirname(process.execPath), childEnvironment({})['PATH']].join(delimiter);
    const child = spawn('bash', ['-c', line], {
      cwd: this.folder,
      env: childEnvironment({ ...bare, PATH, ...env }),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const app = new App(line, child);
    this.shells.push(app);
    return app;
  }

  /** Ends what still runs of it, too. */
  async remove(): Promise<void> {
    const left = this.shells.filter(({ running }) => running);
    for (const app of left) app.signalGroup('SIGKILL');
    await Promise.all(left.map((app) => app.exited));
    await rm(this.folder, { recursive: true, force: true });
  }
}
