import { type Command } from 'commander';
import { readEnvironment } from '../../contract/environment';
import { type Variables } from '../../contract/local';
import { openWorkplace, type Workplace } from '../jobs/workplace';
import { type Streams, Terminal } from './terminal';

/** The command line cannot be understood. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** 0: all of it done. 3: part of it. Failures throw. */
export type ExitCode = 0 | 3;

/** The parts of its process that a command uses. */
export interface Surroundings {
  readonly streams: Streams;
  /** Its settings. */
  readonly variables: Variables;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What the command line asks for. */
export interface Invocation extends Omit<Surroundings, 'streams'> {
  readonly terminal: Terminal;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
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
export function actions({ streams, ...rest }: Surroundings, end: (code: ExitCode) => void): Action {
  return (work, check) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      const { json = false } = command.optsWithGlobals<{ readonly json?: boolean }>();
      const args = command.processedArgs.flat() as string[];
      const invocation = { terminal: new Terminal(json, streams), args, options: command.opts(), ...rest };
      check?.(invocation);
      const place = await openWorkplace(readEnvironment(rest.variables));
      try {
        end(await work({ ...invocation, place }));
      } finally {
        await place.close();
      }
    };
}
