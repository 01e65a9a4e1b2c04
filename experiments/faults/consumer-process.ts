import { LoggedProcess } from '../rig/process/logged-process';

export interface ConsumerSpec {
  readonly env: Readonly<Record<string, string>>;
  readonly journal: string;
  /** Where its output is kept. */
  readonly log: string;
}

/** A consumer under experiment. */
export class ConsumerProcess extends LoggedProcess {
  constructor({ env, journal, log }: ConsumerSpec) {
    super({ script: 'experiments/faults/counting-consumer.js', args: [journal], env, log });
  }
}
