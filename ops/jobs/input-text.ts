const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * The text of `input` in a body as it came, cut out and not parsed, so that a number beyond what JavaScript holds stays
 * what it is. Undefined where the body is no JSON object, or has no input. Of two the last one counts, as in JSON.parse.
 */
export function inputText(body: string): string | undefined {
  if (!isObject(body)) return undefined;
  let depth = 0;
  let key: string | undefined;
  let from: number | undefined;
  let found: string | undefined;
  for (const { 0: token, index } of body.matchAll(TOKEN)) {
    if (token === '}' || token === ']') depth -= 1;
    const ends = (depth === 1 && token === ',') || depth === 0;
    if (ends && from !== undefined) {
      if (key === 'input' && index > from) found = body.slice(from, index).trim();
      from = key = undefined;
    }
    if (depth === 1 && from === undefined) {
      if (token === ':') from = index + 1;
      else if (token.startsWith('"')) key = JSON.parse(token) as string;
    }
    if (token === '{' || token === '[') depth += 1;
  }
  return found;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
