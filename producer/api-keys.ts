import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export const ANONYMOUS = 'anonymous';

/** What is shared out goes by caller, and by address where nobody says who calls. */
export const placeOf = (caller: string | undefined, address: string): string =>
  caller === undefined || caller === ANONYMOUS ? address : caller;

/** Tells who calls by `Authorization: Bearer KEY` or `x-api-key: KEY`. */
export class ApiKeys {
  private readonly hashes: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.hashes = keys.map(sha256);
  }

  /** The hash of the caller's key; `anonymous` when no keys are set, undefined for a wrong or missing one. */
  callerOf(headers: IncomingHttpHeaders): string | undefined {
    if (this.hashes.length === 0) return ANONYMOUS;
    const key = presentedKey(headers);
    if (key === undefined) return undefined;
    const hash = sha256(key);
    // Every hash is compared, and each in constant time, so that the time tells nothing.
    const matches = this.hashes.filter((known) => timingSafeEqual(known, hash));
    return matches.length > 0 ? hash.toString('hex') : undefined;
  }
}

function presentedKey({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): string | undefined {
  if (typeof apiKey === 'string') return apiKey;
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}
