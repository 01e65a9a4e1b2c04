import { Problem } from '../service/problem';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** The header `Idempotency-Key`, or undefined without one; throws a 400 for what cannot be one. */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined || (typeof header === 'string' && KEY.test(header))) return header;
  throw new Problem(400, 'Idempotency-Key takes 1 to 255 visible ASCII characters.');
}
