import { Rejection } from './outcome';

/** Deepest nesting of a message body; validation recurses, parsing does not. */
const DEPTH_LIMIT = 32;

/** How deep arrays and objects nest in a JSON text, without parsing it; brackets inside strings do not count. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, (depth += 1));
    else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return deepest;
}

/** The place of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
}

/** The body as a value; throws a `Rejection` with reason `malformed`, whose text never repeats the body. */
export function decode(body: string): unknown {
  if (jsonDepth(body) > DEPTH_LIMIT) throw new Rejection('malformed', `The body nests deeper than ${DEPTH_LIMIT}.`);
  try {
    return JSON.parse(body);
  } catch {
    throw new Rejection('malformed', 'The body is not JSON.');
  }
}
