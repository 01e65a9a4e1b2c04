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

/** What the command line asks for. */
export interface Invocation {
  readonly terminal: Terminal;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface CommandRun extends Invocation {
  readonly place: Workplace;
}

/**
 * Turns a command's work into commander's action, with the workplace that the environment names. `check` throws
 * `WrongUsage` for what is wrong whatever the workplace holds, before it is opened.
 */
export type Action = (
  work: (run: CommandRun) => Promise<ExitCode>,
  check?: (invocation: Invocation) => void,
) => (...given: unknown[]) => Promise<void>;

/** `end` gets the exit code. */
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
