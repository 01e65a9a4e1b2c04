import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../../ops/child-environment';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal to the end. */
  readonly ms: number;
}

export interface ConsumerSpec {
  readonly env: Readonly<Record<string, string>>;
  readonly journal: string;
  /** Where its output is kept. */
  readonly log: string;
  /** How long a job takes, at random between the two; undefined: no time, and runs are not noted. */
  readonly seconds?: { readonly least: number; readonly most: number };
  /** Nothing is written when a job is done. */
  readonly unrecorded?: boolean;
  /** Where to leave a CPU profile. */
  readonly profileDir?: string | undefined;
}

/** A consumer under experiment; it ends when the experiment does. */
export class ConsumerProcess {
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown[]>;
  private readonly said: Promise<unknown[]>;

  constructor(spec: ConsumerSpec) {
    const { env, journal, log, seconds, unrecorded = false, profileDir } = spec;
    const node = ['--enable-source-maps', '--require', join(__dirname, '..', '..', 'ops', 'follow-parent.js')];
    if (profileDir !== undefined) node.push('--cpu-prof', '--cpu-prof-dir', profileDir);
    const times = seconds ? ['--least', String(seconds.least), '--most', String(seconds.most)] : [];
    const kind = unrecorded ? ['--unrecorded'] : [];
    const args = [...node, join(__dirname, 'counting-consumer.js'), '--journal', journal, ...times, ...kind];
    const output = openSync(log, 'a');
    this.child = spawn(process.execPath, args, {
      env: childEnvironment(env),
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    this.exited = once(this.child, 'exit');
    this.said = once(this.child, 'message');
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The consumer did not start.');
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it is up and hears signals; a process that still loads dies of any. */
  async listening(): Promise<void> {
    await Promise.race([this.said, this.exited]);
    if (!this.running) throw new Error('The consumer ended by itself.');
  }

  /** Sends the signal and waits for the end, however long it takes. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
    const since = performance.now();
    this.child.kill(signal);
    await this.exited;
    return { code: this.child.exitCode, signal: this.child.signalCode, ms: Math.round(performance.now() - since) };
  }
}
