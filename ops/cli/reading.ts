import { type Command, Option } from 'commander';
import { DEFAULT_TYPE } from '../../contract/job';
import { STATES } from '../../results/records';
import { exportLetters, showJob, statusOf } from '../jobs/details';
import { type FailedJob } from '../jobs/failed-job';
import { findFailures } from '../jobs/failures';
import { groupFailures } from '../jobs/groups';
import { HIDDEN_SECONDS } from '../jobs/look';
import { maskRecord } from '../jobs/mask';
import { listRecords, type Wanted } from '../jobs/records';
import { pauseState } from '../jobs/pause';
import { type Action, type Work } from './action';
import { type FilterOptions, type MaskOptions, readCount, readSince, toFilter, withFilters, withMask } from './options';
import { sayPause } from './pausing';
import { type Terminal } from './terminal';

/** What every command says that receives dead letters. */
export const COST = `
To look at dead letters is to receive them. That costs a request for every ten, adds one to the receive count of each,
and hides them from others until the command ends and gives them back, or for ${HIDDEN_SECONDS} s if it is killed.`;

/** The commands that change nothing. */
export function addReading(program: Command, act: Action): void {
  program
    .command('status')
    .description(
      'how many messages wait, are in flight, delayed and dead (SQS counts approximately), and whether it is paused',
    )
    .action(act(status));
  withMask(program.command('show <id>'))
    .description('a job: its record, its dead letter with attributes and body as it came, and its history')
    .addHelpText('after', COST)
    .action(act(show));
  withMask(program.command('result <id>'))
    .description('the result of a job; exits with 1 if there is none')
    .action(act(result));
  withMask(program.command('list'))
    .description('records by their state, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(STATES).default('failed'))
    .option('--type <type>', 'only those of this job type')
    .option('--since <time>', 'only those that changed since then: 30s, 90m, 2h or 3d ago, or a date', readSince)
    .option('--text <text>', 'only those with this text in error, input or result, in upper or lower case')
    .option('--limit <count>', 'show up to this many', readCount, 100)
    .action(act(list));
  withFilters(program.command('failed'))
    .description('every failed job, from the records and the dead-letter queue, newest first')
    .option('--held', 'only those that are held')
    .option('--no-held', 'only those that are not held')
    .option('--group', 'count them by reason and error; ids and numbers in an error are ignored')
    .option('--limit <count>', 'show up to this many', readCount)
    .addHelpText('after', COST)
    .action(act(failed));
  withMask(withFilters(program.command('export')))
    .description('dead letters as JSON lines, each with its attributes, and its body as it came')
    .addHelpText('after', COST)
    .action(act(exported));
}

const status: Work = async ({ place, terminal }) => {
  const [found, pause] = await Promise.all([statusOf(place), pauseState(place)]);
  if (terminal.json) terminal.object({ ...found, ...pause });
  else {
    const row = (name: string, { visible, inFlight, delayed }: typeof found.queue | typeof found.deadLetters) =>
      [name, visible, inFlight, delayed] as const;
    const { queue, deadLetters } = found;
    terminal.table(
      ['queue', 'waiting', 'in flight', 'delayed'],
      [row(queue.name, queue), row(deadLetters.name, deadLetters)],
    );
    sayPause(terminal, pause);
  }
  return 0;
};

const show: Work<MaskOptions> = async ({ place, terminal, args: [id = ''], options }) => {
  const { mask = [] } = options;
  const details = await showJob(place, id.toLowerCase(), mask);
  const { record, letters, history } = details;
  if (!record && letters.length === 0)
    throw new Error(`There is no record of the job ${id}, and no dead letter of it to be seen`);
  if (terminal.json) terminal.object(details);
  else {
    if (record) facts(terminal, 'record', { ...record, updatedAt: new Date(record.updatedAt).toISOString() });
    for (const { body, attributes, ...letter } of letters) {
      facts(terminal, 'dead letter', letter);
      facts(terminal, 'attributes', attributes);
      terminal.line('body', 'bold');
      terminal.line(body);
    }
    terminal.table(
      ['history', ''],
      history.map(({ at, what }) => [at, what]),
    );
  }
  return 0;
};

function facts(terminal: Terminal, title: string, values: object): void {
  terminal.line(title, 'bold');
  for (const [name, value] of Object.entries<unknown>({ ...values }))
    terminal.line(`  ${name.padEnd(14)}${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

const result: Work<MaskOptions> = async ({ place, terminal, args: [id = ''], options }) => {
  const record = await place.records.get(id.toLowerCase());
  if (!record) throw new Error(`There is no record of the job ${id}`);
  const { state, reason, lastError } = record;
  const { result: value } = maskRecord(record, options.mask ?? []);
  if (state === 'done') {
    if (terminal.json) terminal.object({ id: record.id, type: record.type ?? DEFAULT_TYPE, state, result: value });
    else terminal.line(JSON.stringify(value));
    return 0;
  }
  const why = state === 'failed' ? `failed, ${reason ?? 'no reason'}: ${lastError ?? 'no error'}` : `is ${state}`;
  throw new Error(`The job ${id} has no result: it ${why}`);
};

const list: Work<Wanted & MaskOptions> = async ({ place, terminal, options, signal }) => {
  const { mask = [], ...wanted } = options;
  const found = (await listRecords(place, wanted, signal)).map((record) => maskRecord(record, mask));
  if (terminal.json) for (const record of found) terminal.object(record);
  else
    terminal.table(
      ['id', 'type', 'state', 'attempts', 'changed', 'error'],
      found.map((one) => [
        one.id,
        one.type ?? DEFAULT_TYPE,
        one.state,
        one.attempts,
        new Date(one.updatedAt).toISOString(),
        one.lastError ?? '',
      ]),
    );
  return signal.aborted ? 3 : 0;
};

interface FailedOptions extends FilterOptions {
  readonly group?: boolean;
  readonly limit?: number;
}

const failed: Work<FailedOptions> = async ({ place, terminal, options, signal }) => {
  const { group, limit, ...filters } = options;
  const { jobs, hidden } = await findFailures(place, toFilter(filters), { signal });
  if (group) {
    const groups = groupFailures(jobs).slice(0, limit);
    if (terminal.json) for (const one of groups) terminal.object(one);
    else
      terminal.table(
        ['count', 'reason', 'first', 'last', 'error'],
        groups.map(({ count, reason, first, last, error }) => [count, reason, first, last, error]),
      );
  } else printJobs(terminal, jobs.slice(0, limit));
  if (hidden > 0) terminal.note(hiddenNote(hidden));
  return signal.aborted ? 3 : 0;
};

const exported: Work<FilterOptions & MaskOptions> = async ({ place, terminal, options, signal }) => {
  const { mask = [], ...filters } = options;
  const hidden = await exportLetters(place, { filter: toFilter(filters), masked: mask, signal }, (letter) => {
    terminal.object(letter);
  });
  if (hidden > 0) terminal.note(hiddenNote(hidden));
  return signal.aborted ? 3 : 0;
};

export const hiddenNote = (hidden: number): string =>
  `About ${hidden} dead letters were hidden when this began: another command looks at them, or one was killed up to ${HIDDEN_SECONDS} s ago.`;

export function printJobs(terminal: Terminal, jobs: readonly FailedJob[]): void {
  if (terminal.json) for (const job of jobs) terminal.object(job);
  else
    terminal.table(
      ['id', 'type', 'reason', 'attempts', 'retries', 'at', 'letter', 'error'],
      jobs.map(({ id, type, reason, attempts, retries = 0, at, letter, held, error }) => [
        id,
        type,
        reason,
        attempts,
        retries,
        at,
        letter === undefined ? 'no' : held ? 'held' : 'yes',
        error,
      ]),
    );
}
