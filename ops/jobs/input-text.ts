import { isFields, parsedJson } from '../../contract/json';

const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;
const OPENS = /^[{[]$/;
const CLOSES = /^[}\]]$/;

/** JSON text without the blanks between its parts, whose numbers stay as they were written. */
export const compactJson = (text: string): string => text.match(TOKEN)?.join(' ') ?? text;

/**
 * The text of `input` in a body as it came, cut out and not parsed, so that a number beyond what JavaScript holds stays
 * what it is. Undefined where the body is no JSON object, or has no input. Of two the last one counts, as in
 * JSON.parse.
 */
export function inputText(body: string): string | undefined {
  if (!isFields(parsedJson(body))) return undefined;
  let depth = 0;
  let key: string | undefined;
  let from = 0;
  let found: string | undefined;
  for (const { 0: token, index } of body.matchAll(TOKEN)) {
    depth -= Number(CLOSES.test(token));
    if (depth === 0 || (depth === 1 && token === ',')) {
      if (key === 'input') found = body.slice(from, index).trim();
      key = undefined;
    } else if (depth === 1 && token === ':') from = index + 1;
    else if (depth === 1) key ??= String(JSON.parse(token));
    depth += Number(OPENS.test(token));
  }
  return found;
}
