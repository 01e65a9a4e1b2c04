import { whole } from '../../ops/cli/options';
import { commandLine, filled } from '../rig/cli/command-line';
import { MUTATED } from './related-tests';

export interface Options {
  /** Files of `transport/` to mutate. */
  readonly paths: readonly string[];
  /** How many mutants of each file to try; undefined for all. */
  readonly sample?: number;
  readonly seed: number;
  /** Lines to mutate alone; undefined for all. */
  readonly lines?: readonly number[];
  readonly json?: string;
}

const COUNT = whole(1, 999_999_999);

export function readOptions(args: readonly string[]): Options {
  const command = commandLine('mutate', "Changes the transport's code in small ways, and tells which no test notices.")
    .argument('[path...]', 'files or folders of transport/; by default all for which tests are listed')
    .option('--sample <n>', 'up to this many mutants of each file; all by default', COUNT)
    .option('--seed <n>', 'the seed that draws the sample', COUNT, 1)
    .option('--lines <n,n>', 'mutate only these lines', (text) => text.split(',').map(COUNT))
    .option('--json <file>', 'write every mutant to this file, as JSON', filled);
  const given = command.parse(args, { from: 'user' }).opts<Omit<Options, 'paths'>>();
  const { args: parts } = command;
  const paths = MUTATED.filter((path) => parts.length === 0 || parts.some((part) => path.startsWith(part)));
  if (paths.length === 0) throw new Error(`No file that has tests named is in ${parts.join(' or ')}.`);
  return { paths, ...given };
}
