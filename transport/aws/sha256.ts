import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

type Source = string | Uint8Array;

const keys = new WeakMap<Uint8Array, KeyObject>();

/**
 * SHA-256 for the SDK's signer, which keeps the bytes of its key from call to call. For bytes as a key Node 24 takes
 * five times as long as for a `KeyObject`, so one is kept beside them.
 */
export class Sha256 {
  private readonly hash;

  constructor(secret?: Source) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }

  update(data: Source): void {
    this.hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
}

function keyOf(secret: Source): Source | KeyObject {
  if (typeof secret === 'string') return secret;
  const kept = keys.get(secret);
  if (kept) return kept;
  const key = createSecretKey(secret);
  keys.set(secret, key);
  return key;
}
