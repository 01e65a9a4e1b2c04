import { type IncomingMessage } from 'node:http';
import { type Problem } from '../service/problem';

export const ANONYMOUS = 'anonymous';

/** Goes with every 401 (RFC 9110, 15.5.2). */
export const CHALLENGE = { 'www-authenticate': 'Bearer realm="plusone"' } as const;

/** Tells who calls: keys of two callers never meet, and each has a share of what is limited. */
export interface Callers {
  /** Undefined for a request that is not let in, since nobody says whose it is. */
  callerOf(request: IncomingMessage): string | undefined;
  /** What such a request is answered. */
  refusal(): Problem;
}

/** What is shared out goes by caller, and by address where nobody says who calls. */
export const placeOf = (caller: string | undefined, address: string): string =>
  caller === undefined || caller === ANONYMOUS ? address : caller;
