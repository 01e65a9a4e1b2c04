import { isUtf8 } from 'node:buffer';
import { decode, Rejection } from '../transport/index';
import { Problem } from '../service/problem';

/**
 * Reads a body, or a line of one in bulk, as one JSON document in UTF-8 without a byte order mark; throws a 400 for
 * anything else.
 */
export function parseJsonBody(bytes: Buffer, what: 'body' | 'line' = 'body'): unknown {
  if (bytes.length === 0) throw new Problem(400, `The ${what} is empty; send a JSON object.`);
  if (!isUtf8(bytes)) throw new Problem(400, `The ${what} is not valid UTF-8.`);
  try {
    return decode(bytes.toString('utf8'));
  } catch (error) {
    throw error instanceof Rejection ? new Problem(400, error.message) : error;
  }
}
