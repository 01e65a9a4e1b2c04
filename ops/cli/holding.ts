import { type Command } from 'commander';
import { auditOf, type AuditEntry } from '../jobs/audit';
import { holdLetters, type HoldEnd, type HoldOptions, MAX_LISTED, releaseLetters } from '../jobs/holds';
import { type Workplace } from '../jobs/workplace';
import { type Action, type CommandRun, type ExitCode, type Invocation, WrongUsage } from './action';
import { type ChangeCommand, change, type ChangeOptions, wanted, assertNamed } from './change';
import { isNarrow, whole, withFilters } from './options';
import { COST } from './reading';

const HOW_HOLD = `
A held letter stays in the dead-letter queue for as long as that keeps messages. Retry, delete and purge leave it out
until it is released, or unless its job's id is named.`;

/** What operators leave for each other. */
export function addHolding(program: Command, act: Action): void {
  withFilters(program.command('hold [ids...]'))
    .description('keep dead letters out of retry, delete and purge: those named, or those that match')
    .option('--note <text>', 'why, for others')
    .option('--dry-run', 'show which they are, and hold none')
    .addHelpText('after', HOW_HOLD + COST)
    .action(act<ChangeOptions>((run) => change(run, HOLD), checkHold));
  withFilters(program.command('release [ids...]'))
    .description('end a hold: of those named, those that match, or all')
    .option('--all', 'every one that is held')
    .addHelpText('after', HOW_HOLD + COST)
    .action(act<ChangeOptions>((run) => change(run, RELEASE), assertNamed));
  program
    .command('audit')
    .description('who changed what, when, and how many jobs; newest first')
    .option('--limit <count>', `show up to this many; up to ${MAX_LISTED}`, whole(1, MAX_LISTED), 100)
    .action(act(audit));
}

const HOLD: ChangeCommand = {
  verb: 'Hold',
  done: 'held',
  light: true,
  work: (run, options) => held(run, holdLetters, options),
};
const RELEASE: ChangeCommand = {
  verb: 'Release',
  done: 'released',
  light: true,
  work: (run, options) => held(run, releaseLetters, options),
};

async function held(
  { place, options: { note } }: CommandRun<ChangeOptions>,
  work: (place: Workplace, options: HoldOptions) => Promise<HoldEnd>,
  given: HoldOptions,
) {
  const end = await work(place, { ...given, note });
  return { count: end.changed, others: [], end };
}

function checkHold(invocation: Invocation<ChangeOptions>): void {
  if (!isNarrow(wanted(invocation))) throw new WrongUsage('Name ids or filters such as --reason');
}

async function audit({ place, terminal, options }: CommandRun<{ readonly limit: number }>): Promise<ExitCode> {
  const entries = await auditOf(place, options.limit);
  if (terminal.json) for (const entry of entries) terminal.object(entry);
  else
    terminal.table(
      ['at', 'who', 'what', 'jobs', 'which'],
      entries.map((entry) => [entry.at, entry.who, entry.what, entry.count, whichOf(entry)]),
    );
  return 0;
}

function meantBy({ moreIds, ...meant }: NonNullable<AuditEntry['filter']> = {}): string[] {
  const all = Object.entries(meant).map(([name, value]) => `${name} ${String(value)}`);
  return moreIds === undefined ? all : [...all, `and ${moreIds} more`];
}

function whichOf({ filter, ids = [], note, type, job, replaces, ended, unfinished }: AuditEntry): string {
  const parts = [
    ...meantBy(filter),
    ...(filter?.ids === undefined && ids.length === 1 ? ids : []),
    ...(type === undefined ? [] : [type]),
    ...(replaces === undefined ? [] : [`${job ?? 'a job'} replaces ${replaces}`]),
    ...(note === undefined ? [] : [`"${note}"`]),
    ...(ended === undefined ? [] : [`ended early: ${ended}`]),
    ...(unfinished ? ['no end of it is known'] : []),
  ];
  return parts.join(', ');
}
