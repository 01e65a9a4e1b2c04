import { Option } from 'commander';
import { BROKER, commandLine, filled, JSON_FILE } from '../rig/cli/command-line';

export interface Options {
  readonly quick?: true;
  /** Undefined for an embedded one. */
  readonly broker?: string;
  /** Findings of an earlier run, drawn once more. */
  readonly from?: string;
  readonly out: string;
  readonly json?: string;
  readonly picture?: string;
}

/** Git-ignored. */
const DEFAULT_OUT = '.data/visibility.html';

const FROM = new Option('--from <file>', 'draw the findings of an earlier run once more')
  .argParser(filled)
  .conflicts(['quick', 'broker', 'json']);

export const readOptions = (args: readonly string[]): Options =>
  commandLine('lab', 'What a wrong visibility timeout does to a money transfer, with three consumers.')
    .option('--quick', 'four settings, half a minute')
    .option(...BROKER)
    .option('--out <file>', 'write the report there, as HTML', filled, DEFAULT_OUT)
    .option(...JSON_FILE)
    .option('--picture <file>', 'write the report there, in one SVG', filled)
    .addOption(FROM)
    .parse(args, { from: 'user' })
    .opts<Options>();
