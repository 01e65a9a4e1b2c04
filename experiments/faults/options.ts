import { Argument } from 'commander';
import { BROKER, commandLine, filled, JSON_FILE, whole } from '../rig/cli/command-line';

export interface Options<Name extends string> {
  readonly name: Name;
  /** Undefined: the experiment's own. */
  readonly rounds?: number;
  readonly jobs?: number;
  /** Undefined: an embedded one, in memory. */
  readonly broker?: string;
  readonly json?: string;
  readonly profile?: string;
}

export function readOptions<Name extends string>(names: readonly Name[], args: readonly string[]): Options<Name> {
  const command = commandLine('faults', 'What SIGTERM, SIGKILL and poison do to real consumer processes.')
    .addArgument(new Argument('<fault>', 'what is done').choices(names))
    .option('--rounds <n>', 'rounds', whole(1, 10_000))
    .option('--jobs <n>', 'jobs of a round', whole(1, 1_000_000))
    .option(...BROKER)
    .option(...JSON_FILE)
    .option('--profile <folder>', 'leave a CPU profile there, of poison', filled);
  const given = command.parse(args, { from: 'user' }).opts<Omit<Options<Name>, 'name'>>();
  const [name] = command.processedArgs as [Name];
  return { name, ...given };
}
