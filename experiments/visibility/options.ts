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

const FROM = new Option('--from <file>', 'draw the findings of an earlier run again')
  .argParser(filled)
  .conflicts(['quick', 'broker', 'json']);

export const readOptions = (args: readonly string[]): Options =>
  commandLine('lab', 'Shows what a wrong visibility timeout does to a money transfer, with three consumers.')
    .option('--quick', 'only four settings, in half a minute')
    .option(...BROKER)
    .option('--out <file>', 'write the report to this file, as HTML', filled, DEFAULT_OUT)
    .option(...JSON_FILE)
    .option('--picture <file>', 'write the report to this file, as one SVG', filled)
    .addOption(FROM)
    .parse(args, { from: 'user' })
    .opts<Options>();
