import { Command, InvalidArgumentError } from 'commander';
import { isLocalEndpoint } from '../../../contract/local';
import { isDatabaseUrl } from '../../../results/open';

/** The command line of an experiment, `npm run NAME -- ...`: what it does not take is refused in one sentence. */
export function commandLine(name: string, what: string): Command {
  const command = `npm run ${name} --`;
  return new Command(command)
    .description(what)
    .helpOption('--help', 'show these options')
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: () => undefined })
    .exitOverride((error) => {
      if (error.exitCode === 0) throw error;
      throw new Error(`${error.message.replace(/^error: /, '')} (${command} --help)`, { cause: error });
    });
}

/** Where every experiment that asks for a broker looks for it. */
export const BROKER = [
  '--broker <url>',
  'use this broker, on this machine or next to it; by default an embedded one in memory',
  localBroker,
] as const;

/** Where findings are written to, for programs. */
export const JSON_FILE = ['--json <file>', 'write the findings to this file, as JSON', filled] as const;

export function localBroker(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text) && isLocalEndpoint(text)) return text;
  throw new InvalidArgumentError('It takes the URL of a broker on this machine or next to it.');
}

export function databaseUrl(text: string): string {
  if (isDatabaseUrl(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It takes a postgres:// URL.');
}

/** Takes any text but none. */
export function filled(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}

/** Takes names of these, separated by commas. */
export const namesOf =
  <T extends string>(known: readonly T[]) =>
  (text: string): T[] =>
    text.split(',').map((name) => {
      const found = known.find((one) => one === name);
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`There is no ${name}; there are ${known.join(', ')}.`);
    });
