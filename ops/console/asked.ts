import { type Fields, isFields } from '../../contract/json';
import { invalidBody, Problem } from '../../service/problem';
import { parseSince } from '../jobs/since';
import { type Search } from './search';

const TEXT_LIMIT = 1_000;
/** Limits how many jobs a request may name. */
const MAX_IDS = 10_000;

const refuse = (name: string, takes: string): Problem =>
  invalidBody([{ pointer: `/${name}`, detail: `must be ${takes}` }]);

/** The members of a query or a body. */
export function asked(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new Problem(400, 'The body is not a JSON object.');
}

/** As `asked`, for what decides over letters: a member misspelt is refused, as without it every letter would match. */
export function askedOnly(value: unknown, names: readonly string[]): Fields {
  const given = asked(value);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw refuse(unknown, `absent; there are ${names.join(', ')}`);
  return given;
}

export function textOf(given: Fields, name: string, limit = TEXT_LIMIT): string | undefined {
  const value = given[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= limit) return value;
  throw refuse(name, `a text of up to ${limit} characters`);
}

/** A whole number, which a query has as text. */
export function wholeOf(
  given: Fields,
  name: string,
  { min = 1, max }: { readonly min?: number; readonly max: number },
) {
  const value = given[name];
  if (value === undefined || value === '') return undefined;
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw refuse(name, `a whole number from ${min} to ${max}`);
}

export function idsOf(given: Fields, name: string): string[] | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  if (ids.length <= MAX_IDS && ids.every((id): id is string => typeof id === 'string' && id.length <= TEXT_LIMIT))
    return ids.map((id) => id.toLowerCase());
  throw refuse(name, `up to ${MAX_IDS} ids`);
}

function flagOf(given: Fields, name: string): boolean | undefined {
  const value = given[name];
  if (value === undefined || value === '') return undefined;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw refuse(name, 'true or false');
}

/** The members of a search. */
export const SEARCH = ['reason', 'type', 'error', 'text', 'since', 'id', 'held'] as const;

export function searchOf(given: Fields): Search {
  const since = textOf(given, 'since');
  const at = since === undefined ? undefined : /^\d+$/.test(since) ? Number(since) : parseSince(since);
  if (Number.isNaN(at)) throw refuse('since', '90m, 2h, 3d or a date');
  const [reason, type, text] = ['reason', 'type', 'text'].map((name) => textOf(given, name));
  // The letters without an error are a group too.
  const error = given['error'] === '' ? '' : textOf(given, 'error');
  return { reason, type, error, text, since: at, ids: idsOf(given, 'id'), held: flagOf(given, 'held') };
}
