import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Problem } from '../service/problem';
import { ANONYMOUS, type Callers, CHALLENGE } from './callers';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Identifies callers by `Authorization: Bearer KEY` or `x-api-key: KEY`. */
export class ApiKeys implements Callers {
  private readonly hashes: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.hashes = keys.map(sha256);
  }

  /** The hash of the caller's key; `anonymous` when no keys are set, undefined for a wrong or missing one. */
  callerOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
    if (this.hashes.length === 0) return ANONYMOUS;
    const key = presentedKey(headers);
    if (key === undefined) return undefined;
    const hash = sha256(key);
    // Every hash is compared, each in constant time, so that the time reveals nothing.
    const matches = this.hashes.filter((known) => timingSafeEqual(known, hash));
    return matches.length > 0 ? hash.toString('hex') : undefined;
  }

  refusal(): Problem {
    return new Problem(401, 'Send a valid API key as Authorization: Bearer KEY or x-api-key: KEY.', {
      headers: CHALLENGE,
    });
  }
}

function presentedKey({ authorization, 'x-api-key': apiKey }: IncomingHttpHeaders): string | undefined {
  if (typeof apiKey === 'string') return apiKey;
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}
