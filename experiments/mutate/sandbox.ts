import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { childEnvironment } from '../../ops/child-environment';

export type Verdict = 'passed' | 'failed' | 'timeout';

export interface TestRun {
  readonly verdict: Verdict;
  /** The test that failed first. */
  readonly failed: string;
  readonly tookMs: number;
}

/** A copy of the repository's sources in which one file at a time is another than here. */
export class Sandbox {
  private readonly folder = mkdtempSync(join(tmpdir(), 'plusone-mutate-'));

  constructor(private readonly root: string) {
    const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
    for (const path of list.split('\0')) {
      if (path !== '') cpSync(join(root, path), join(this.folder, path), { recursive: true });
    }
    for (const folder of ['node_modules', 'dist']) {
      symlinkSync(realpathSync(join(root, folder)), join(this.folder, folder));
    }
  }

  write(path: string, source: string): void {
    writeFileSync(join(this.folder, path), source);
  }

  /** Runs test files one after the other, up to the first test that fails. */
  async test(files: readonly string[], limitMs: number): Promise<TestRun> {
    const begunAt = performance.now();
    const here = (name: string): string => resolve(this.root, 'dist/experiments/mutate', name);
    const options = ['--runInBand', '--reporters', here('first-failure.js'), '--testSequencer', here('as-named.js')];
    const jest = join(this.folder, 'node_modules/jest/bin/jest.js');
    // A group of its own, so that the brokers of its tests end with it.
    const child = spawn(process.execPath, [jest, ...options, '--runTestsByPath', ...files], {
      cwd: this.folder,
      env: childEnvironment({ AWS_ENDPOINT_URL_SQS: undefined }),
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let failed = '';
    child.stdout.on('data', (text) => (failed += String(text)));
    const late = new AbortController();
    const limit = setTimeout(() => {
      late.abort();
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limitMs);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(limit);
    const verdict = late.signal.aborted ? 'timeout' : code === 0 ? 'passed' : 'failed';
    return { verdict, failed: failed.trim(), tookMs: Math.round(performance.now() - begunAt) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
