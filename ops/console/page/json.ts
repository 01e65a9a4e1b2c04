/**
 * JSON as text: whatever is shown, edited and sent keeps the digits it came with, which `JSON.parse` would alter in
 * numbers beyond 2^53. A value is a tree whose leaves are the texts they were.
 */
export type Json =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | { readonly kind: 'object'; readonly members: readonly Member[] };

/** A name as it is written, in quotes, and its value. */
export type Member = readonly [name: string, value: Json];

/** Deeper values are shown as they came: indenting them would cost the square of their depth. */
const MAX_DEPTH = 100;
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Undefined if the text is not JSON, or too deep to be worked on. */
export function parseJson(text: string): Json | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = text.match(TOKEN) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';

  const value = (depth: number): Json => {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    const token = next();
    if (token === '[') return { kind: 'array', items: list(']', () => value(depth + 1)) };
    if (token === '{') return { kind: 'object', members: list('}', () => member(depth + 1)) };
    return { kind: 'scalar', text: token };
  };
  const member = (depth: number): Member => {
    const name = next();
    at += 1;
    return [name, value(depth)];
  };
  const list = <T>(end: string, item: () => T): T[] => {
    const items: T[] = [];
    while (tokens[at] !== end) {
      items.push(item());
      if (tokens[at] === ',') at += 1;
    }
    at += 1;
    return items;
  };

  try {
    return value(0);
  } catch {
    return undefined;
  }
}

/** With `indent` over several lines, without it in one. */
export function writeJson(json: Json, indent = '', margin = ''): string {
  if (json.kind === 'scalar') return json.text;
  const inner = margin + indent;
  const colon = indent === '' ? ':' : ': ';
  const parts =
    json.kind === 'array'
      ? json.items.map((item) => writeJson(item, indent, inner))
      : json.members.map(([name, item]) => name + colon + writeJson(item, indent, inner));
  const [open, close] = json.kind === 'array' ? '[]' : '{}';
  if (parts.length === 0 || indent === '') return `${open}${parts.join(',')}${close}`;
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${margin}${close}`;
}

export const nameOf = ([name]: Member): string => String(JSON.parse(name));

/** The last of a name counts, as in `JSON.parse`. */
export const memberOf = (json: Json | undefined, name: string): Json | undefined =>
  json?.kind === 'object' ? json.members.findLast((member) => nameOf(member) === name)?.[1] : undefined;

export const scalar = (value: string | number | boolean | null): Json => ({
  kind: 'scalar',
  text: JSON.stringify(value),
});

/** Of a scalar that is a string. */
export const stringIn = (json: Json | undefined): string | undefined =>
  json?.kind === 'scalar' && json.text.startsWith('"') ? String(JSON.parse(json.text)) : undefined;
