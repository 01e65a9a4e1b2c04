import { type Command } from 'commander';
import { type Imported, importJobs, readImport } from '../jobs/import';
import { type Action, type CommandRun, type ExitCode, type Invocation } from './action';
import { type AskOptions, assertAsks } from './change';
import { readCount } from './options';
import { readGiven } from './terminal';

const HOW_IMPORT = `
A line is one of export, whose body a script may have changed, or {"type", "input"}, with "id" and "group" if you like.
Every line is checked before one is sent. Each job keeps its id, so a file can be imported again: what is done has no
second effect. A job is refused if its record has another input; take its id out of the line to make it a new job. Dead
letters stay in their queue.`;

export function addImporting(program: Command, act: Action): void {
  program
    .command('import <file>')
    .description('send the jobs in a file of JSON lines; - reads standard input')
    .option('--rate <count>', 'up to this many a second', readCount)
    .option('--dry-run', 'check all lines, and send none')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', HOW_IMPORT)
    .action(act(importFile, checkImport));
}

interface Options extends AskOptions {
  readonly rate?: number;
}

function checkImport(invocation: Invocation<Options>): void {
  assertAsks(invocation, invocation.terminal.asks && invocation.args[0] !== '-');
}

async function importFile(run: CommandRun<Options>): Promise<ExitCode> {
  const { place, terminal, options, signal } = run;
  const file = String(run.args[0]);
  const { rate, dryRun = false, yes = false } = options;
  const ready = await readImport(place, (await (file === '-' ? terminal.piped() : readGiven(file))).split('\n'));
  const total = ready.jobs.length;
  if (dryRun || total === 0) {
    if (terminal.json) terminal.object({ sent: 0, ready: total, done: ready.done });
    else terminal.line(`${total} would be sent${beside(ready)}`);
    return 0;
  }
  const question = `Send ${total} jobs to ${place.queue.name}${beside(ready)}? [y/N] `;
  if (!yes && !/^y(es)?$/i.test(await terminal.ask(question, signal))) throw new Error('Nothing was sent');
  const onProgress = (sent: number): void => {
    terminal.progress(`${sent} of ${total} sent`);
  };
  return tell(run, await importJobs(place, ready, { rate, signal, onProgress }));
}

const beside = ({ done }: { readonly done: number }): string => (done > 0 ? `, ${done} done already` : '');

function tell({ terminal }: CommandRun, { unnoted, ...end }: Imported): ExitCode {
  const { sent, ended, line } = end;
  terminal.endProgress();
  if (unnoted !== undefined) terminal.note(unnoted);
  if (ended !== undefined && sent === 0) throw new Error(`No job is known to be sent: ${ended}`);
  const at = line === undefined ? '' : ` at line ${line} of the file`;
  const early = ended === undefined ? '' : `, ended early${at}: ${ended}`;
  if (terminal.json) terminal.object(end);
  else terminal.line(`${sent} sent${beside(end)}${early}`);
  return ended === undefined ? 0 : 3;
}
