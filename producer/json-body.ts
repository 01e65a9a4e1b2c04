import { isUtf8 } from 'node:buffer';
import { JSON_DEPTH_LIMIT } from '../contract/job';
import { Problem } from './problem';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether arrays and objects nest deeper than `limit`. Looks at bytes only: nothing is built yet that could overflow. */
export function nestsDeeperThan(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (CLOSING.has(byte)) depth -= 1;
  }
  return false;
}

/** Reads a body as one JSON document in UTF-8 without a byte order mark; throws a 400 for anything else. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new Problem(400, 'The body is empty; send a JSON object.');
  if (!isUtf8(bytes)) throw new Problem(400, 'The body is not valid UTF-8.');
  if (nestsDeeperThan(bytes, JSON_DEPTH_LIMIT)) throw new Problem(400, 'The body nests too deep.');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Problem(400, 'The body is not a JSON document.');
  }
}
