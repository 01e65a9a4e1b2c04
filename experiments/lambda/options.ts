import { whole } from '../../ops/cli/options';
import { BROKER, commandLine, JSON_FILE } from '../rig/cli/command-line';

export interface Options {
  readonly rounds: number;
  readonly calls: number;
  /** Undefined: an embedded one of its own, in memory. */
  readonly broker?: string;
  readonly json?: string;
}

export const readOptions = (args: readonly string[]): Options =>
  commandLine(
    'lambda',
    "Measures our functions under AWS's runtime interface emulator, cold and warm, beside a bare server.",
  )
    .option('--rounds <n>', 'how many rounds', whole(1, 10_000), 11)
    .option('--calls <n>', 'warm invocations of each function in each round', whole(1, 10_000), 200)
    .option(...BROKER)
    .option(...JSON_FILE)
    .parse(args, { from: 'user' })
    .opts<Options>();
