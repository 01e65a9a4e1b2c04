import { Argument } from 'commander';
import { whole } from '../../ops/cli/options';
import { BROKER, commandLine, JSON_FILE } from '../rig/cli/command-line';

export interface Options<Name extends string> {
  readonly name: Name;
  readonly rounds: number;
  readonly jobs: number;
  /** Undefined: an embedded one, in memory. */
  readonly broker?: string;
  readonly json?: string;
}

export function readOptions<Name extends string>(names: readonly Name[], args: readonly string[]): Options<Name> {
  const command = commandLine(
    'faults',
    'Counts what SIGTERM or SIGKILL does to real consumer processes: jobs lost, and runs doubled.',
  )
    .addArgument(new Argument('<fault>', 'what is done to them').choices(names))
    .option('--rounds <n>', 'how many rounds', whole(1, 10_000), 10)
    .option('--jobs <n>', 'jobs in each round', whole(1, 1_000_000), 600)
    .option(...BROKER)
    .option(...JSON_FILE);
  const given = command.parse(args, { from: 'user' }).opts<Omit<Options<Name>, 'name'>>();
  const [name] = command.processedArgs as [Name];
  return { name, ...given };
}
