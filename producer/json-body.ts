import { isUtf8 } from 'node:buffer';
import { JSON_DEPTH_LIMIT, nestsDeeperThan } from '../transport/delivery/json-depth';
import { Problem } from '../service/problem';

/** Reads a body as one JSON document in UTF-8 without a byte order mark; throws a 400 for anything else. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new Problem(400, 'The body is empty; send a JSON object.');
  if (!isUtf8(bytes)) throw new Problem(400, 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  if (nestsDeeperThan(text, JSON_DEPTH_LIMIT)) throw new Problem(400, 'The body nests too deep.');
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'The body is not a JSON document.');
  }
}
