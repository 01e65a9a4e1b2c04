import { type Unnoted } from '../jobs/audit';
import { type FailedJob, type Filter } from '../jobs/failed-job';
import { findFailures } from '../jobs/failures';
import { type PassEnd, type PassOptions } from '../jobs/pass';
import { type ExitCode, type Run, WrongUsage } from './action';
import { type FilterOptions, toFilter } from './options';
import { hiddenNote, printJobs } from './reading';

export interface ChangeOptions extends FilterOptions {
  readonly all?: boolean;
  readonly rate?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly queue?: string;
}

/** What a command does, in its own words. */
export interface Change {
  readonly verb: string;
  readonly done: string;
  /** It can be undone, so no confirmation is asked for. */
  readonly light?: true;
  readonly work: (run: Run, options: PassOptions) => Promise<Outcome>;
}

export interface Outcome {
  readonly count: number;
  /** What went wrong, each as a part of a sentence. */
  readonly others: readonly string[];
  readonly end: PassEnd & Unnoted;
}

export const some = (count: number, text: string): string[] => (count > 0 ? [`${count} ${text}`] : []);

export const deadLetters = (count: number): string => `${count} dead letter${count === 1 ? '' : 's'}`;

/** Asks for a confirmation first. It covers the letters that match now, and no others. */
export async function change(run: Run, what: Change): Promise<ExitCode> {
  const { yes = false, dryRun = false, rate } = run.options as ChangeOptions;
  const filter = wanted(run);
  if ((yes || what.light) && !dryRun) return finish(run, what, { filter, rate });
  const { terminal, place, signal } = run;
  if (!dryRun && !terminal.asks) throw new WrongUsage('Nobody is here to be asked; say --yes, or --dry-run');
  const letters = await lettersMeant(run, filter, what.light === true || filter.ids !== undefined);
  if (dryRun || letters.length === 0) return showOnly(run, what, letters);
  const question = `${what.verb} ${deadLetters(letters.length)} of ${place.deadLetters.name}? [y/N] `;
  if (!/^y(es)?$/i.test(await terminal.ask(question, signal))) throw new Error(`Nothing was ${what.done}`);
  return finish(run, what, { filter, rate, confirmed: lettersOf(letters) });
}

/** Letters that are put aside are left out unless they are named. Says what is left out or hidden. */
export async function lettersMeant({ place, terminal, signal }: Run, filter: Filter, withHeld = false) {
  const { jobs, hidden } = await findFailures(place, filter, { signal });
  const letters = jobs.filter(({ letter }) => letter !== undefined);
  const meant = letters.filter(({ held }) => withHeld || held === undefined);
  if (hidden > 0) terminal.note(hiddenNote(hidden));
  if (meant.length < letters.length) terminal.note(`${letters.length - meant.length} put aside are left out.`);
  return meant;
}

export function wanted({ options, args }: Run): Filter {
  const { id = [], ...rest } = options as ChangeOptions;
  const ids = [...id, ...args.map((one) => one.toLowerCase())];
  const { reason, type, since, text, held } = toFilter(rest);
  return { reason, type, since, text, held, ids: ids.length > 0 ? ids : undefined };
}

/** The letters that were shown, and no other, are the ones that are confirmed. */
export const lettersOf = (jobs: readonly FailedJob[]): ReadonlySet<string> =>
  new Set(jobs.flatMap(({ letter }) => letter ?? []));

function showOnly({ terminal }: Run, { done }: Change, letters: readonly FailedJob[]): ExitCode {
  printJobs(terminal, letters);
  terminal.note(letters.length === 0 ? 'No dead letter matches.' : `${letters.length} would be ${done}.`);
  return 0;
}

export async function finish(run: Run, what: Change, options: Omit<PassOptions, 'signal'>): Promise<ExitCode> {
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
  if (end.hidden !== undefined) terminal.note(hiddenNote(end.hidden));
  const held = some(end.held ?? 0, 'put aside and left');
  const sentence = [`${count} ${what.done}`, ...held, ...faults].join(', ');
  if (end.unnoted !== undefined) terminal.note(end.unnoted);
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
