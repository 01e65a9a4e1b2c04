import { type Command } from 'commander';
import { deleteLetters, type DeleteOptions } from '../jobs/delete';
import { retryLetters } from '../jobs/retry';
import { type Action, type CommandRun, type ExitCode, type Invocation, WrongUsage } from './action';
import {
  assertAsks,
  assertNamed,
  type ChangeCommand,
  change,
  type ChangeOptions,
  deadLetters,
  finish,
  lettersMeant,
  lettersOf,
  type ChangeEnd,
  some,
  wanted,
} from './change';
import { isNarrow, readCount, withFilters } from './options';
import { COST } from './reading';

const HOW_RETRY = `
Each letter is sent to its queue, then its record says accepted, then the letter is deleted. After Ctrl-C or a kill
nothing is lost: run it again. It may send a message twice then; the job's record makes sure of one effect.`;

const HOW_DELETE = `
Each record says deleted before its letter is deleted for good. After Ctrl-C or a kill run it again.`;

/** The commands that change what is in the dead-letter queue. */
export function addChanging(program: Command, act: Action): void {
  withFilters(program.command('retry [ids...]'))
    .description('send dead letters to their queue again: those named, those that match, or all')
    .option('--all', 'every dead letter that is not held')
    .option('--rate <count>', 'up to this many a second', readCount)
    .option('--dry-run', 'show which they are, and send none')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', HOW_RETRY + COST)
    .action(act<ChangeOptions>((run) => change(run, RETRY), checkRetry));
  withFilters(program.command('delete [ids...]'))
    .description('delete dead letters for good: those named, or those that match')
    .option('--dry-run', 'show which they are, and delete none')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', HOW_DELETE + COST)
    .action(act<ChangeOptions>((run) => change(run, DELETE), checkDelete));
  program
    .command('purge')
    .description('delete every dead letter that is not held, for good; asks for the name of the dead-letter queue')
    .option('--queue <name>', 'the name of the dead-letter queue, for programs that cannot be asked')
    .addHelpText('after', HOW_DELETE + COST)
    .action(act(purge, checkPurge));
}

const RETRY: ChangeCommand = {
  verb: 'Send',
  done: 'sent again',
  async work({ place, terminal }, options) {
    const end = await retryLetters(place, options);
    for (const { id, why } of terminal.json ? [] : end.refused) terminal.note(`${id} was not sent: ${why}`);
    const { retried, failedAgain, refused, undeleted } = end;
    const others = [
      ...some(failedAgain, 'failed again'),
      ...some(refused.length, 'refused'),
      ...some(undeleted, 'sent, but still in the dead-letter queue'),
    ];
    return { count: retried, half: undeleted, others, end };
  },
};

const DELETE: ChangeCommand = {
  verb: 'Delete',
  done: 'deleted',
  work: (run, options) => deleted(run, { ...options, purge: false }),
};

const PURGE: ChangeCommand = { ...DELETE, work: (run, options) => deleted(run, { ...options, purge: true }) };

async function deleted({ place }: CommandRun, options: DeleteOptions): Promise<ChangeEnd> {
  const end = await deleteLetters(place, options);
  return {
    count: end.deleted,
    half: end.undeleted,
    others: some(end.undeleted, 'still in the dead-letter queue'),
    end,
  };
}

function checkRetry(invocation: Invocation<ChangeOptions>): void {
  assertNamed(invocation);
  assertAsks(invocation);
}

function checkDelete(invocation: Invocation<ChangeOptions>): void {
  if (!isNarrow(wanted(invocation)))
    throw new WrongUsage('Name ids or filters such as --reason; for all of them there is purge');
  assertAsks(invocation);
}

interface PurgeOptions extends ChangeOptions {
  readonly queue?: string;
}

function checkPurge({ terminal, options }: Invocation<PurgeOptions>): void {
  if (options.queue === undefined && !terminal.asks) throw wrongName('NAME');
}

async function purge(run: CommandRun<PurgeOptions>): Promise<ExitCode> {
  const { place, terminal, signal } = run;
  const { name } = place.deadLetters;
  const { queue } = run.options;
  if (queue !== undefined && queue !== name) throw wrongName(name);
  const confirmed = lettersOf(await lettersMeant(run, {}));
  const question = `This deletes ${deadLetters(confirmed.size)} for good. Type ${name} to go on: `;
  if ((queue ?? (await terminal.ask(question, signal))) !== name) throw wrongName(name);
  return finish(run, PURGE, { filter: {}, confirmed });
}

const wrongName = (name: string): WrongUsage =>
  new WrongUsage(`Nothing was deleted: it takes the queue's name, --queue ${name}`);
