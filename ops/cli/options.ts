import { type Command, InvalidArgumentError } from 'commander';
import { type Filter } from '../jobs/failed-job';
import { parseSince } from '../jobs/since';

/** `90m`, or a date; milliseconds since the epoch. */
export function readSince(text: string): number {
  const at = parseSince(text);
  if (Number.isFinite(at)) return at;
  throw new InvalidArgumentError('It takes 30s, 90m, 2h, 3d or a date such as 2026-11-28T03:00Z.');
}

const wholeFrom = (min: number, max: number): string =>
  `a whole number from ${min}${max === Infinity ? '' : ` to ${max}`}`;

/** Reads a whole number within these limits; `takes` is what an error says that the option takes. */
export const whole =
  (min: number, max = Infinity, takes = wholeFrom(min, max)) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isInteger(number) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It takes ${takes}.`);
  };

export const readCount = whole(1);

const collect = (id: string, ids: readonly string[] = []): string[] => [...ids, id.toLowerCase()];

/** Fields separated by commas, spaces or both. An empty list is refused, since it would mask nothing. */
export function readFields(text: string, before: readonly string[] = []): string[] {
  const fields = text.split(/[,\s]+/).filter((field) => field !== '');
  if (fields.length > 0) return [...before, ...fields];
  throw new InvalidArgumentError('It takes names or paths of fields, such as email,customer.phone.');
}

/** What is not to be shown. */
export interface MaskOptions {
  readonly mask?: readonly string[];
}

export const withMask = (command: Command): Command =>
  command.option(
    '--mask <fields>',
    'show *** for these fields of inputs, results and bodies: names or paths, such as email,customer.phone',
    readFields,
  );

export interface FilterOptions {
  readonly reason?: string;
  readonly type?: string;
  readonly since?: number;
  readonly text?: string;
  readonly id?: readonly string[];
  readonly held?: boolean;
}

export const withFilters = (command: Command): Command =>
  command
    .option('--reason <reason>', 'only those with this reason, such as attempts, invalid or unsettled')
    .option('--type <type>', 'only those of this job type')
    .option('--since <time>', 'only those that failed since then: 30s, 90m, 2h or 3d ago, or a date', readSince)
    .option('--text <text>', 'only those with this text in error or body, in upper or lower case')
    .option('--id <id>', 'only this job; may be given several times', collect);

export const toFilter = ({ id, ...rest }: FilterOptions): Filter => ({ ...rest, ids: id });

/** Whether anything narrows it. */
export const isNarrow = (filter: Filter): boolean => Object.values(filter).some((value) => value !== undefined);
