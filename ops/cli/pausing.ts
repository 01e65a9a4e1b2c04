import { type Command } from 'commander';
import { type EventSource } from '../jobs/event-sources';
import { pauseConsumers, type PauseEnd, type PauseOptions, type PauseState, resumeConsumers } from '../jobs/pause';
import { type Workplace } from '../jobs/workplace';
import { type Action, type CommandRun, type ExitCode } from './action';
import { type Terminal } from './terminal';

const HOW = `
Consumers that poll read the pause from the results store every two seconds, and when they start; what runs goes on.
Functions get jobs from Lambda's event sources, which are disabled. AWS takes seconds to a minute for it, and the
command waits. A deployment that replaces an event source enables it again, which status shows.`;

/** The commands that stop and start the consumers' work. */
export function addPausing(program: Command, act: Action): void {
  program
    .command('pause')
    .description('let consumers begin no jobs; those that poll stop within five seconds')
    .option('--why <text>', 'the reason, for others')
    .addHelpText('after', HOW)
    .action(act<Options>((run) => change(run, pauseConsumers, 'Paused')));
  program
    .command('resume')
    .description('let consumers begin jobs again')
    .action(act<Options>((run) => change(run, resumeConsumers, 'Resumed')));
}

type Change = (place: Workplace, options: PauseOptions) => Promise<PauseEnd>;

interface Options {
  readonly why?: string;
}

async function change(
  { place, terminal, options, signal }: CommandRun<Options>,
  work: Change,
  done: string,
): Promise<ExitCode> {
  const { why } = options;
  const onProgress = (unfinished: readonly EventSource[]): void => {
    terminal.progress(unfinished.map(described).join(', '));
  };
  const end = await work(place, { why, signal, onProgress });
  terminal.endProgress();
  if (terminal.json) terminal.object({ status: done.toLowerCase(), ...end });
  else for (const line of linesOf(end, done)) terminal.line(line);
  if (end.unnoted !== undefined) terminal.note(end.unnoted);
  return end.others.length + end.eventSources.unfinished.length === 0 ? 0 : 3;
}

function linesOf({ noted, eventSources, others }: PauseEnd, done: string): string[] {
  const { sources, unfinished, seconds } = eventSources;
  const polling = done === 'Paused' ? 'begin nothing after 5 s' : 'take jobs in within 2 s';
  return [
    noted ? `${done}: consumers that poll ${polling}.` : 'RESULTS is none, so consumers that poll are not told.',
    ...sources.map((source) => `${described(source)}, after ${seconds} s.`),
    ...(unfinished.length > 0 ? ['AWS is not done with it; status says when it is.'] : []),
    ...others,
  ];
}

const described = ({ functionName, state }: EventSource): string =>
  `The event source of the function ${functionName} is ${state}`;

/** For `status`. */
export function sayPause(terminal: Terminal, { paused, eventSources, unknown }: PauseState): void {
  if (paused) {
    const { who, why, at } = paused;
    terminal.line(`paused by ${who} at ${at}${why === undefined ? '' : `: ${why}`}`, 'yellow');
  }
  for (const source of eventSources) terminal.line(described(source));
  for (const one of unknown) terminal.note(`Whether it is paused is not known: ${one}`);
}
