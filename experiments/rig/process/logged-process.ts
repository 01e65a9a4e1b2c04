import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../../../ops/child-environment';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end. */
  readonly ms: number;
}

export interface ProcessSpec {
  /** A compiled script, relative to dist/. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its output is kept. */
  readonly log: string;
}

const DIST = join(__dirname, '..', '..', '..');

/** A process under experiment; it ends when the experiment does. */
export class LoggedProcess {
  /** Resolves at its end, whoever caused it. */
  readonly exited: Promise<unknown>;
  protected readonly child: ChildProcess;
  private readonly said: Promise<unknown>;

  constructor({ script, args = [], nodeArgs = [], env, log }: ProcessSpec) {
    const node = ['--enable-source-maps', '--require', join(DIST, 'ops', 'follow-parent.js'), ...nodeArgs];
    const output = openSync(log, 'a');
    this.child = spawn(process.execPath, [...node, join(DIST, script), ...args], {
      env: childEnvironment(env),
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    this.exited = once(this.child, 'exit');
    this.said = once(this.child, 'message');
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The process did not start.');
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it has said that it is up and hears signals; a process that still loads dies of any. */
  async listening(): Promise<void> {
    await Promise.race([this.said, this.exited]);
    if (!this.running) throw new Error('The process ended by itself.');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends the signal and waits for the end, however long it takes. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
    const since = performance.now();
    this.signal(signal);
    await this.exited;
    return { code: this.child.exitCode, signal: this.child.signalCode, ms: Math.round(performance.now() - since) };
  }
}
