import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../../ops/child-environment';
import { eventually, PATIENCE_MS } from './eventually';
import { perTest } from './side-by-side';

export const ROOT = join(__dirname, '..', '..');

/** Programs that tests start again and again are compiled once, which takes a fifth of their start. */
const COMPILE_CACHE = join(tmpdir(), 'plusone-compile-cache');

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Give the child an IPC channel; it ends when the test process does. */
  readonly ipc?: boolean;
  /** A process group of its own, as a terminal gives: `signalGroup` then reaches its children too. */
  readonly ownGroup?: boolean;
}

/** A child of the test: our compiled app, its output line by line, and its end. */
export class App {
  /** Lines of stdout and stderr in the order they came. */
  readonly lines: string[] = [];
  readonly messages: unknown[] = [];
  readonly exited: Promise<Exit>;

  constructor(
    readonly script: string,
    readonly child: ChildProcess,
  ) {
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
    child.on('message', (message) => this.messages.push(message));
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.script} did not start`);
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The first line, past or to come, that matches; fails with all output when the app ends or the time is up. */
  async line(pattern: RegExp, withinMs = PATIENCE_MS): Promise<string> {
    const find = (): string | undefined => this.lines.find((line) => pattern.test(line));
    await eventually(() => find() !== undefined || !this.running, { withinMs }).catch(() => false);
    const line = find();
    if (line === undefined)
      throw new Error(`${this.script} never said ${String(pattern)}; it said:\n${this.lines.join('\n')}`);
    return line;
  }

  /** Waits for the end; fails with all output when it takes longer. */
  async exit(withinMs = PATIENCE_MS): Promise<Exit> {
    await eventually(() => !this.running, { withinMs }).catch(() => {
      throw new Error(`${this.script} still runs after ${withinMs} ms; it said:\n${this.lines.join('\n')}`);
    });
    return this.exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM', withinMs = 15_000): Promise<Exit> {
    this.signal(signal);
    return this.exit(withinMs);
  }
}

const started = perTest(() => new Set<App>());

/** Starts a compiled script, such as `dist/producer/main.js`, with the Node that runs the tests. */
export function runApp(script: string, options: RunOptions = {}): App {
  const { args = [], nodeArgs = [], env = {}, ipc = false, ownGroup = false } = options;
  const child = spawn(process.execPath, ['--enable-source-maps', ...nodeArgs, join(ROOT, script), ...args], {
    cwd: ROOT,
    env: childEnvironment({ NODE_COMPILE_CACHE: COMPILE_CACHE, ...env }),
    detached: ownGroup,
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  const app = new App(script, child);
  const among = started();
  among.add(app);
  void app.exited.then(() => among.delete(app));
  return app;
}

/** Ends every app of the test still running. Call it after each test that runs apps, or after all of a file. */
export async function endApps(): Promise<void> {
  const left = [...started()];
  for (const app of left) app.signal('SIGKILL');
  await Promise.all(left.map((app) => app.exited));
}

/** Whether a process exists; a zombie counts as gone once its parent reaped it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
