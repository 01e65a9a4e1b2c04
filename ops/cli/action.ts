import { type Command } from 'commander';
import { readEnvironment } from '../../contract/environment';
import { openWorkplace, type Workplace } from '../jobs/workplace';
import { Terminal } from './terminal';

/** The command line cannot be understood. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** 0: all of it done. 3: part of it. Failures throw. */
export type ExitCode = 0 | 3;

export interface Run {
  readonly place: Workplace;
  readonly terminal: Terminal;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Turns a command's work into commander's action, with the workplace that the environment names. */
export type Action = (work: (run: Run) => Promise<ExitCode>) => (...given: unknown[]) => Promise<void>;

/** `end` gets the exit code. */
export function actions(signal: AbortSignal, end: (code: ExitCode) => void): Action {
  return (work) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      const { json = false } = command.optsWithGlobals<{ readonly json?: boolean }>();
      const place = await openWorkplace(readEnvironment());
      try {
        const args = command.processedArgs.flat() as string[];
        end(await work({ place, terminal: new Terminal(json), args, options: command.opts(), signal }));
      } finally {
        await place.close();
      }
    };
}
