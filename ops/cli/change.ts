import { type Unnoted } from '../jobs/audit';
import { type FailedJob, type Filter } from '../jobs/failed-job';
import { findFailures } from '../jobs/failures';
import { leftOut } from '../jobs/held';
import { type PassEnd, type PassOptions } from '../jobs/pass';
import { type CommandRun, type ExitCode, type Invocation, WrongUsage } from './action';
import { type FilterOptions, isNarrow, toFilter } from './options';
import { hiddenNote, printJobs } from './reading';

/** Options of each command that asks before it changes something. */
export interface AskOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export interface ChangeOptions extends FilterOptions, AskOptions {
  readonly all?: boolean;
  readonly rate?: number;
  readonly note?: string;
}

/** What a command does, in its own words. */
export interface ChangeCommand {
  readonly verb: string;
  readonly done: string;
  /** It can be undone, so no confirmation is asked for. */
  readonly light?: true;
  readonly work: (run: CommandRun<ChangeOptions>, options: PassOptions) => Promise<ChangeEnd>;
}

export interface ChangeEnd {
  readonly count: number;
  /** Done in part, such as sent but not deleted; none unless given. */
  readonly half?: number;
  /** What went wrong, each as a part of a sentence. */
  readonly others: readonly string[];
  readonly end: PassEnd & Unnoted;
}

export const some = (count: number, text: string): string[] => (count > 0 ? [`${count} ${text}`] : []);

export const deadLetters = (count: number): string => `${count} dead letter${count === 1 ? '' : 's'}`;

/** Throws `WrongUsage` where a confirmation is needed and nobody is there to give it. */
export function assertAsks({ terminal, options }: Invocation<AskOptions>, asks = terminal.asks): void {
  const { yes = false, dryRun = false } = options;
  if (!yes && !dryRun && !asks) throw new WrongUsage('Nobody is here to be asked; say --yes, or --dry-run');
}

/** Throws `WrongUsage` unless either ids or filters, or all letters, are meant. */
export function assertNamed(invocation: Invocation<ChangeOptions>): void {
  const { all = false } = invocation.options;
  const narrow = isNarrow(wanted(invocation));
  if (all && narrow) throw new WrongUsage('Say --all, or name ids or filters, not both');
  if (!all && !narrow) throw new WrongUsage('Name ids or filters such as --reason, or say --all');
}

/** Asks for a confirmation first. It covers the letters that match now, and no others. */
export async function change(run: CommandRun<ChangeOptions>, what: ChangeCommand): Promise<ExitCode> {
  const { yes = false, dryRun = false, rate } = run.options;
  const filter = wanted(run);
  if ((yes || what.light) && !dryRun) return finish(run, what, { filter, rate });
  const { terminal, place, signal } = run;
  const letters = await lettersMeant(run, filter, what.light === true || filter.ids !== undefined);
  if (dryRun || letters.length === 0) return showOnly(run, what, { letters, ids: filter.ids });
  const question = `${what.verb} ${deadLetters(letters.length)} of ${place.deadLetters.name}? [y/N] `;
  if (!/^y(es)?$/i.test(await terminal.ask(question, signal))) throw new Error(`Nothing was ${what.done}`);
  return finish(run, what, { filter, rate, confirmed: lettersOf(letters) });
}

/** Held letters are left out unless they are named. Says what is left out or hidden. */
export async function lettersMeant({ place, terminal, signal }: CommandRun, filter: Filter, withHeld = false) {
  const { jobs, hidden } = await findFailures(place, filter, { signal });
  const letters = jobs.filter(({ letter }) => letter !== undefined);
  const meant = letters.filter(({ held }) => withHeld || held === undefined);
  if (hidden > 0) terminal.note(hiddenNote(hidden));
  if (meant.length < letters.length) terminal.note(leftOut(letters.length - meant.length));
  return meant;
}

export function wanted({ options, args }: Invocation<FilterOptions>): Filter {
  const { id = [], ...rest } = options;
  const ids = [...id, ...args.map((one) => one.toLowerCase())];
  const { reason, type, since, text, held } = toFilter(rest);
  return { reason, type, since, text, held, ids: ids.length > 0 ? ids : undefined };
}

/** The letters that were shown, and no other, are the ones that are confirmed. */
export const lettersOf = (jobs: readonly FailedJob[]): ReadonlySet<string> =>
  new Set(jobs.flatMap(({ letter }) => letter ?? []));

/** Letters that would be changed, and the jobs that were named. */
interface Meant {
  readonly letters: readonly FailedJob[];
  readonly ids: readonly string[] | undefined;
}

function showOnly({ terminal, signal }: CommandRun, { done }: ChangeCommand, { letters, ids = [] }: Meant): ExitCode {
  printJobs(terminal, letters);
  const found = new Set(letters.map(({ id }) => id));
  const missing = noneFound(ids.filter((id) => !found.has(id)));
  const sentence = [`${letters.length} would be ${done}`, ...missing].join(', ');
  if (signal.aborted) terminal.note('It was cancelled: there may be more.');
  else if (letters.length === 0 && missing.length > 0) throw new Error(sentence);
  else terminal.note(letters.length === 0 ? 'No dead letter matches.' : `${sentence}.`);
  return signal.aborted || missing.length > 0 ? 3 : 0;
}

const noneFound = (ids: readonly string[]): string[] => (ids.length > 0 ? [`none found of ${ids.join(', ')}`] : []);

export async function finish(
  run: CommandRun<ChangeOptions>,
  what: ChangeCommand,
  options: Omit<PassOptions, 'signal'>,
): Promise<ExitCode> {
  const { terminal, signal } = run;
  const total = options.confirmed?.size;
  const onProgress = (done: number): void => {
    terminal.progress(total === undefined ? `${done} ${what.done}` : bar(done, total));
  };
  const { count, half = 0, others, end } = await what.work(run, { ...options, signal, onProgress });
  terminal.endProgress();
  const faults = [...others, ...faultsOf(end)];
  if (end.hidden !== undefined) terminal.note(hiddenNote(end.hidden));
  const held = some(end.held ?? 0, 'held and left');
  const sentence = [`${count} ${what.done}`, ...held, ...faults].join(', ');
  if (end.unnoted !== undefined) terminal.note(end.unnoted);
  if (terminal.json) terminal.object(end);
  if (count + half === 0 && faults.length > 0) throw new Error(sentence);
  if (!terminal.json) terminal.line(sentence);
  return faults.length === 0 ? 0 : 3;
}

/** Parts of a sentence, each on letters or jobs that were meant and not met, or on an early end. */
const faultsOf = ({ missing, unmet = 0, ended }: PassEnd): string[] => [
  ...noneFound(missing),
  ...some(missing.length > 0 ? 0 : unmet, 'not found: hidden by another look, or gone'),
  ...(ended === undefined ? [] : [`ended early: ${ended}`]),
];

const WIDTH = 30;

function bar(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(part * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${done} of ${total}`;
}
