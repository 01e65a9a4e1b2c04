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
export interface Invocation<Options extends object = object> extends Omit<Surroundings, 'streams'> {
  readonly terminal: Terminal;
  readonly args: readonly string[];
  /** As the command declares them to commander. */
  readonly options: Options;
}

export interface CommandRun<Options extends object = object> extends Invocation<Options> {
  readonly place: Workplace;
}

/** The work of a command. */
export type Work<Options extends object = object> = (run: CommandRun<Options>) => Promise<ExitCode>;

/**
 * Turns a command's work into commander's action, with the workplace that the environment names. `check` throws
 * `WrongUsage` for what is wrong whatever the workplace holds, before it is opened.
 */
export type Action = <Options extends object>(
  work: Work<Options>,
  check?: (invocation: Invocation<Options>) => void,
) => (this: Command) => Promise<void>;

/** `end` gets the exit code. */
export function actions({ streams, ...rest }: Surroundings, end: (code: ExitCode) => void): Action {
  return <Options extends object>(work: Work<Options>, check?: (invocation: Invocation<Options>) => void) =>
    async function (this: Command) {
      const { json = false } = this.optsWithGlobals<{ readonly json?: boolean }>();
      const invocation = {
        terminal: new Terminal(json, streams),
        args: this.args,
        options: this.opts<Options>(),
        ...rest,
      };
      check?.(invocation);
      const place = await openWorkplace(readEnvironment(rest.variables));
      try {
        end(await work({ ...invocation, place }));
      } finally {
        await place.close();
      }
    };
}
