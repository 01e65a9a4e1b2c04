import { Argument, InvalidArgumentError } from 'commander';
import { whole } from '../../ops/cli/options';
import { commandLine, filled } from '../rig/cli/command-line';
import { isLoopback, PROFILE_NAMES, type ProfileName } from './profiles';

export interface Options {
  readonly profile: ProfileName;
  /** Of a pair that runs; undefined: one of our own. */
  readonly url?: string;
  /** Jobs a second at most; undefined: the profile's own. */
  readonly peak?: number;
  readonly p99?: number;
  /** Gives up on jobs if none has ended for this many seconds. Longer than a lease, after which dropped jobs come again. */
  readonly patience: number;
  readonly out: string;
  readonly json: string;
}

/** Git-ignored. */
const FOLDER = '.data';

function ofThisMachine(url: string): string {
  if (isLoopback(url)) return url.replace(/\/$/, '');
  throw new InvalidArgumentError('Load goes to this machine only, such as http://127.0.0.1:3000.');
}

export function readOptions(args: readonly string[]): Options {
  const command = commandLine('load', 'Puts load on a pair by k6, then asks after every job that was accepted.')
    .addArgument(new Argument('<profile>', 'how the load comes').choices(PROFILE_NAMES))
    .option('--url <url>', 'a producer that runs on this machine; by default a pair of its own', ofThisMachine)
    .option('--peak <n>', "up to this many jobs a second; by default the profile's", whole(1, 10_000))
    .option('--p99 <ms>', '99 in 100 requests must be answered within this', whole(1, 60_000))
    // Longer than a lease, after which a job that was dropped comes again.
    .option('--patience <seconds>', 'give up on jobs when none has ended for this long', whole(1, 3_600), 45)
    .option('--out <file>', `write the report to this file, as HTML (default: ${FOLDER}/load-PROFILE.html)`, filled)
    .option('--json <file>', `write the figures to this file, as JSON (default: ${FOLDER}/load-PROFILE.json)`, filled);
  const given = command.parse(args, { from: 'user' }).opts<Partial<Options> & Pick<Options, 'patience'>>();
  const [profile] = command.processedArgs as [ProfileName];
  return { out: `${FOLDER}/load-${profile}.html`, json: `${FOLDER}/load-${profile}.json`, ...given, profile };
}
