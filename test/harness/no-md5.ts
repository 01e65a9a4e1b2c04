import crypto, { type BinaryLike } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Loaded ahead of an app: this machine has no MD5, as in FIPS mode. */
function withoutMd5<Call extends (...args: never[]) => unknown>(call: Call): Call {
  const refusing = (algorithm: string, ...rest: BinaryLike[]): unknown => {
    if (algorithm.toLowerCase() === 'md5') throw new Error('error:0308010C:digital envelope routines::unsupported');
    return (call as unknown as (...args: unknown[]) => unknown)(algorithm, ...rest);
  };
  return refusing as unknown as Call;
}

crypto.createHash = withoutMd5(crypto.createHash);
crypto.hash = withoutMd5(crypto.hash);
syncBuiltinESMExports();
