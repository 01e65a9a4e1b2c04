import { Rejection } from './outcome';

/** Limits how deep arrays and objects of a body nest. Parsing does not recurse, validation does. */
const JSON_DEPTH_LIMIT = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKETS = { open: 0x5b, close: 0x5d };
const BRACES = { open: 0x7b, close: 0x7d };

/** The body as a value; throws a `Rejection` with reason `malformed`, whose text never repeats the body. */
export function decode(body: string): unknown {
  if (nestsDeeperThan(body, JSON_DEPTH_LIMIT)) {
    throw new Rejection('malformed', `The body nests deeper than ${JSON_DEPTH_LIMIT}.`);
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new Rejection('malformed', 'The body is not JSON.');
  }
}

/** Whether arrays and objects of a JSON text nest deeper than `limit`; nothing is built yet that could overflow. */
export function nestsDeeperThan(text: string, limit: number): boolean {
  return opensMoreThan(text, limit) && isDeeperThan(text, limit);
}

/**
 * Whether there are more brackets than `limit` at all. Most texts have fewer, which this finds out at the speed of
 * memory.
 */
function opensMoreThan(text: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > limit) return true;
    }
  }
  return false;
}

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === BRACES.open || code === BRACKETS.open) {
      depth += 1;
      if (depth > limit) return true;
    } else if (code === BRACES.close || code === BRACKETS.close) depth -= 1;
  }
  return false;
}

/** The place of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
