import { Problem } from '../service/problem';

export const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;
export const KEY_RULE = '1 to 255 visible ASCII characters';

/** The header `Idempotency-Key`, or undefined without one; throws a 400 for an invalid key. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined || (typeof header === 'string' && IDEMPOTENCY_KEY_PATTERN.test(header))) return header;
  throw new Problem(400, `Idempotency-Key takes ${KEY_RULE}.`);
}
