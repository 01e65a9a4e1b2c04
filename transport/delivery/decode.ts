import { JSON_DEPTH_LIMIT, nestsDeeperThan } from './json-depth';
import { Rejection } from './outcome';

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
