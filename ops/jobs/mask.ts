import { fieldsOf, parsedJson } from '../../contract/json';
import { type JobRecord } from '../../results/records';
import { type Letter } from './letter';

export const MASK = '***';
const MASKED = { DataType: 'String', StringValue: MASK };

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

declare global {
  /** Members that TypeScript's library does not declare yet. */
  interface JSON {
    parse(text: string, reviver: Reviver): unknown;
    /** A number as its text, beyond what JavaScript holds too. */
    rawJSON(text: string): unknown;
  }
}

/**
 * Replaces what these fields hold by `***`, in JSON text of any shape; all else stays what it is, numbers too. A field
 * is a name, wherever it stands, or names with dots between, such as `customer.email`; positions in an array are not
 * counted. Text that is no JSON is masked as a whole.
 */
export function maskText(text: string, fields: readonly string[]): string {
  if (fields.length === 0) return text;
  try {
    // A name may have a dot itself.
    const paths = fields.flatMap((field) => [field.split('.'), [field]]);
    return JSON.stringify(masked(parse(text), { paths, at: [] }));
  } catch {
    return MASK;
  }
}

const parse = (text: string): unknown =>
  JSON.parse(text, (_, value, { source }) => (typeof value === 'number' ? JSON.rawJSON(source) : value));

interface Masking {
  readonly paths: readonly (readonly string[])[];
  /** Names from the root down. */
  readonly at: readonly string[];
}

function masked(value: unknown, { paths, at }: Masking): unknown {
  if (paths.some((path) => path.length <= at.length && path.every((name, nth) => name === at.at(nth - path.length))))
    return MASK;
  if (Array.isArray(value)) return value.map((one: unknown) => masked(one, { paths, at }));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) === null) return value;
  const entries = Object.entries(value).map(
    ([name, one]) => [name, masked(one, { paths, at: [...at, name] })] as const,
  );
  return Object.fromEntries(entries);
}

/** Input and result, each under its name. The error is not masked: it is what the work's author wrote. */
export function maskRecord(record: JobRecord, fields: readonly string[]): JobRecord {
  if (fields.length === 0) return record;
  const { input, result } = record;
  return { ...record, ...fieldsOf(parsedJson(maskText(JSON.stringify({ input, result }), fields))) };
}

/** Body, and attributes of such a name. */
export function maskLetter(letter: Letter, fields: readonly string[]): Letter {
  if (fields.length === 0) return letter;
  const attributes = Object.entries(letter.attributes).map(
    ([name, value]) => [name, fields.includes(name) ? MASKED : value] as const,
  );
  return { ...letter, body: maskText(letter.body, fields), attributes: Object.fromEntries(attributes) };
}
