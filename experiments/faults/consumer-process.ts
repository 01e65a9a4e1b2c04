import { LoggedProcess } from '../rig/process/logged-process';

export interface ConsumerSpec {
  readonly env: Readonly<Record<string, string>>;
  readonly journal: string;
  /** Where its output is kept. */
  readonly log: string;
  /** How long a job takes, at random between the two; undefined: no time, and runs are not noted. */
  readonly seconds?: { readonly least: number; readonly most: number };
  /** Where to leave a CPU profile. */
  readonly profileDir?: string | undefined;
}

/** A consumer under experiment. */
export class ConsumerProcess extends LoggedProcess {
  constructor({ env, journal, log, seconds, profileDir }: ConsumerSpec) {
    const times = seconds ? ['--least', String(seconds.least), '--most', String(seconds.most)] : [];
    super({
      script: 'experiments/faults/counting-consumer.js',
      args: ['--journal', journal, ...times],
      nodeArgs: profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir],
      env,
      log,
    });
  }
}
