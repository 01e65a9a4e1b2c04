import { type IncomingMessage } from 'node:http';
import { type Problem } from '../service/problem';

export const ANONYMOUS = 'anonymous';

/** Goes with every 401 (RFC 9110, 15.5.2). */
export const CHALLENGE = { 'www-authenticate': 'Bearer realm="plusone"' } as const;

/** Identifies callers. Each has keys of its own and a share of what is limited. */
export interface Callers {
  /** Undefined for a request whose caller is unknown, which is refused. */
  callerOf(request: IncomingMessage): string | undefined;
  /** The answer to such a request. */
  refusal(): Problem;
}

/** The key under which limits are counted: the caller, or the address if callers are not identified. */
export const limitKeyOf = (caller: string | undefined, address: string): string =>
  caller === undefined || caller === ANONYMOUS ? address : caller;
