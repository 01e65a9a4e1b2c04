import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getDirect } from '../service/direct';

export interface ChildSpec {
  /** The name for people, such as `producer`. */
  readonly name: string;
  /** A compiled script, relative to dist/. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Whether its stdout goes to ours; stderr always does. */
  readonly showOutput: boolean;
}

const DIST = join(__dirname, '..');

/** A child that failed on its own; the sentence names it. */
class ChildEnded extends Error {
  override readonly name = 'ChildEnded';
}

/**
 * A process of ours, in a process group of its own: Ctrl-C on a terminal reaches only us, and we
 * decide who stops when. Its script watches the IPC channel and ends when we do.
 */
export class Child {
  /** How it ended, e.g. `ended with exit code 1`. */
  readonly ended: Promise<string>;
  private readonly process: ChildProcess;
  private stopping = false;

  constructor(readonly spec: ChildSpec) {
    const { script, nodeArgs = [], args = [], env, showOutput } = spec;
    this.process = spawn(process.execPath, ['--enable-source-maps', ...nodeArgs, join(DIST, script), ...args], {
      env,
      detached: true,
      stdio: ['ignore', showOutput ? 'inherit' : 'ignore', 'inherit', 'ipc'],
    });
    this.ended = new Promise((resolve) => {
      this.process.once('error', (error) => {
        resolve(`could not be started (${error.message})`);
      });
      this.process.once('exit', (code, signal) => {
        resolve(signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`);
      });
    });
  }

  get running(): boolean {
    return this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Calls back if it ends without having been asked to. */
  onDeath(report: (sentence: string) => void): void {
    void this.ended.then((how) => {
      if (!this.stopping) report(`The ${this.spec.name} ${how}.`);
    });
  }

  /** Rejects with `ChildEnded` if it ends before `work` is through. */
  async whileRunning<T>(work: Promise<T>): Promise<T> {
    const ended = this.ended.then((how) => {
      throw new ChildEnded(`The ${this.spec.name} ${how}.`);
    });
    return Promise.race([work, ended]);
  }

  /** The first message it sends. */
  async message(): Promise<unknown> {
    const [message]: readonly unknown[] = await this.whileRunning<unknown[]>(once(this.process, 'message'));
    return message;
  }

  /** Resolves once `url` answers 2xx. */
  async healthy(url: string, deadlineMs: number): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    while (this.running) {
      const answer = await getDirect(url, 2_000).catch(() => undefined);
      if (answer?.ok) return;
      if (Date.now() > deadline) throw new Error(`The ${this.spec.name} is not ready after ${deadlineMs / 1_000} s.`);
      await delay(20);
    }
    throw new ChildEnded(`The ${this.spec.name} ${await this.ended}.`);
  }

  /** Sends SIGTERM, and SIGKILL after `deadlineMs`. Resolves to whether it ended by itself, with 0. */
  async stop(deadlineMs: number): Promise<boolean> {
    this.stopping = true;
    if (!this.running) return true;
    this.process.kill('SIGTERM');
    const over = new AbortController();
    const killed = delay(deadlineMs, undefined, { signal: over.signal }).then(
      () => {
        this.kill();
      },
      () => undefined,
    );
    await this.ended;
    over.abort();
    await killed;
    return this.process.exitCode === 0;
  }

  kill(): void {
    this.stopping = true;
    this.process.kill('SIGKILL');
  }
}
