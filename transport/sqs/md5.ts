import { createHash, hash } from 'node:crypto';

/** In FIPS mode there is no MD5. Then bodies are not checked, as with the SDK's option `md5: false`. */
const isAvailable = ((): boolean => {
  try {
    createHash('md5');
    return true;
  } catch {
    return false;
  }
})();

/** Whether a body has the MD5 that SQS says. True if SQS says none, or if there is no MD5. */
export const isIntact = (body: string, md5OfBody: string | undefined): boolean =>
  !isAvailable || md5OfBody === undefined || hash('md5', body) === md5OfBody;
