import { type Command } from 'commander';
import { readEnvironment } from '../../contract/environment';
import { openWorkplace, type Workplace } from '../jobs/workplace';
import { Terminal } from './terminal';

/** The command line asks for what cannot be. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** 0: all of it done. 3: part of it, with the counts. What failed throws. */
export type ExitCode = 0 | 3;

/** What the command line asks for. */
export interface Asked {
  readonly terminal: Terminal;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Run extends Asked {
  readonly place: Workplace;
}

/**
 * Makes commander's action of what a command does at the workplace that the environment names. `check` throws `WrongUsage`
 * for what can be told to be wrong before the workplace is opened.
 */
export type Action = (
  work: (run: Run) => Promise<ExitCode>,
  check?: (asked: Asked) => void,
) => (...given: unknown[]) => Promise<void>;

/** `end` is told the exit code of what was done. */
export function actions(signal: AbortSignal, end: (code: ExitCode) => void): Action {
  return (work, check) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      const { json = false } = command.optsWithGlobals<{ readonly json?: boolean }>();
      const args = command.processedArgs.flat() as string[];
      const asked = { terminal: new Terminal(json), args, options: command.opts(), signal };
      check?.(asked);
      const place = await openWorkplace(readEnvironment());
      try {
        end(await work({ ...asked, place }));
      } finally {
        await place.close();
      }
    };
}
