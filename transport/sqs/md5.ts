import { createHash, hash } from 'node:crypto';

/** In FIPS mode there is no MD5: then nothing is held against it, as the SDK's option `md5: false` does. */
const isAvailable = ((): boolean => {
  try {
    createHash('md5');
    return true;
  } catch {
    return false;
  }
})();

/** Whether a body is what SQS says it took or hands out; true where SQS says nothing, or MD5 is not to be had. */
export const isIntact = (body: string, md5OfBody: string | undefined): boolean =>
  !isAvailable || md5OfBody === undefined || hash('md5', body) === md5OfBody;
