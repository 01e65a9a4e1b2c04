import { type Command } from 'commander';
import { deleteLetters } from '../jobs/delete';
import { type FailedJob, type Filter } from '../jobs/failed-job';
import { findFailures } from '../jobs/failures';
import { type PassEnd, type PassOptions } from '../jobs/pass';
import { retryLetters } from '../jobs/retry';
import { type Action, type ExitCode, type Run, WrongUsage } from './action';
import { type FilterOptions, isNarrow, readCount, toFilter, withFilters } from './options';
import { COST, hiddenNote, printJobs } from './reading';

interface ChangeOptions extends FilterOptions {
  readonly all?: boolean;
  readonly rate?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly queue?: string;
}

const HOW_RETRY = `
Each letter is sent to its queue first, then its record says accepted, then the letter is deleted. Ctrl-C or a kill
loses nothing: run it again. A message may be sent twice then; the job's record sees to it that it has one effect.`;

const HOW_DELETE = `
Each record says deleted first, then its letter is deleted, for good. After Ctrl-C or a kill run it again.`;

/** The commands that change what is in the dead-letter queue. */
export function addChanging(program: Command, act: Action): void {
  withFilters(program.command('retry [ids...]'))
    .description('send dead letters to their queue again: those named, those that match, or all')
    .option('--all', 'every dead letter')
    .option('--rate <count>', 'at most that many a second', readCount)
    .option('--dry-run', 'show which, and send none')
    .option('--yes', 'do not ask')
    .addHelpText('after', HOW_RETRY + COST)
    .action(act(retry));
  withFilters(program.command('delete [ids...]'))
    .description('delete dead letters for good: those named, or those that match')
    .option('--dry-run', 'show which, and delete none')
    .option('--yes', 'do not ask')
    .addHelpText('after', HOW_DELETE + COST)
    .action(act(deleteSome));
  program
    .command('purge')
    .description('delete every dead letter for good; asks for the name of the dead-letter queue')
    .option('--queue <name>', 'its name, where nobody is there to be asked')
    .addHelpText('after', HOW_DELETE + COST)
    .action(act(purge));
}

/** What a command does, in its own words. */
interface Change {
  readonly verb: string;
  readonly done: string;
  readonly work: (run: Run, options: PassOptions) => Promise<Outcome>;
}

interface Outcome {
  readonly count: number;
  /** What did not go as it should, each as a part of a sentence. */
  readonly others: readonly string[];
  readonly end: PassEnd;
}

const some = (count: number, text: string): string[] => (count > 0 ? [`${count} ${text}`] : []);

const RETRY: Change = {
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
    return { count: retried, others, end };
  },
};

const DELETE: Change = {
  verb: 'Delete',
  done: 'deleted',
  async work({ place }, options) {
    const end = await deleteLetters(place, options);
    return { count: end.deleted, others: some(end.undeleted, 'still in the dead-letter queue'), end };
  },
};

function retry(run: Run): Promise<ExitCode> {
  const { all = false } = run.options as ChangeOptions;
  if (all === isNarrow(wanted(run)))
    throw new WrongUsage('Name ids or filters such as --reason, or say --all, not both');
  return change(run, RETRY);
}

function deleteSome(run: Run): Promise<ExitCode> {
  if (!isNarrow(wanted(run)))
    throw new WrongUsage('Name ids or filters such as --reason; for all of them there is purge');
  return change(run, DELETE);
}

async function purge(run: Run): Promise<ExitCode> {
  const { place, terminal, signal } = run;
  const { name } = place.deadLetters;
  const { queue = terminal.asks ? undefined : '' } = run.options as ChangeOptions;
  const { jobs } = await findFailures(place, {}, { signal });
  const confirmed = lettersOf(jobs);
  const question = `This deletes ${confirmed.size} dead letters for good. Type ${name} to go on: `;
  if ((queue ?? (await terminal.ask(question, signal))) !== name)
    throw new WrongUsage(`Nothing was deleted: it takes the queue's name, --queue ${name}`);
  return finish(run, DELETE, { filter: {}, confirmed });
}

async function change(run: Run, what: Change): Promise<ExitCode> {
  const { yes = false, dryRun = false, rate } = run.options as ChangeOptions;
  const filter = wanted(run);
  if (yes && !dryRun) return finish(run, what, { filter, rate });
  const { terminal, place, signal } = run;
  if (!dryRun && !terminal.asks) throw new WrongUsage('Nobody is here to be asked; say --yes, or --dry-run');
  const { jobs, hidden } = await findFailures(place, filter, { signal });
  const letters = jobs.filter(({ letter }) => letter !== undefined);
  if (hidden > 0) terminal.note(hiddenNote(hidden));
  if (dryRun || letters.length === 0) return showOnly(run, what, letters);
  const question = `${what.verb} ${letters.length} dead letters of ${place.deadLetters.name}? [y/N] `;
  if (!/^y(es)?$/i.test(await terminal.ask(question, signal))) throw new Error(`Nothing was ${what.done}`);
  return finish(run, what, { filter, rate, confirmed: lettersOf(letters) });
}

function wanted({ options, args }: Run): Filter {
  const { id = [], ...rest } = options as ChangeOptions;
  const ids = [...id, ...args.map((one) => one.toLowerCase())];
  const { reason, type, since, text } = toFilter(rest);
  return { reason, type, since, text, ids: ids.length > 0 ? ids : undefined };
}

/** The letters that were shown, and no other, are the ones that are confirmed. */
const lettersOf = (jobs: readonly FailedJob[]): ReadonlySet<string> =>
  new Set(jobs.flatMap(({ letter }) => letter ?? []));

function showOnly({ terminal }: Run, { done }: Change, letters: readonly FailedJob[]): ExitCode {
  printJobs(terminal, letters);
  terminal.note(letters.length === 0 ? 'No dead letter matches.' : `${letters.length} would be ${done}.`);
  return 0;
}

async function finish(run: Run, what: Change, options: Omit<PassOptions, 'signal'>): Promise<ExitCode> {
  const { terminal, signal } = run;
  const total = options.confirmed?.size;
  const onProgress = (done: number): void => {
    terminal.progress(total === undefined ? `${done} ${what.done}` : bar(done, total));
  };
  const { count, others, end } = await what.work(run, { ...options, signal, onProgress });
  terminal.endProgress();
  const faults = [
    ...others,
    ...(end.missing.length > 0 ? [`none found of ${end.missing.join(', ')}`] : []),
    ...(end.ended === undefined ? [] : [`ended early: ${end.ended}`]),
  ];
  const sentence = [`${count} ${what.done}`, ...faults].join(', ');
  if (terminal.json) terminal.object(end);
  if (count === 0 && faults.length > 0) throw new Error(sentence);
  if (!terminal.json) terminal.line(sentence);
  return faults.length === 0 ? 0 : 3;
}

const WIDTH = 30;

function bar(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(part * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${done} of ${total}`;
}
