import { type SQSClient } from '@aws-sdk/client-sqs';

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

/**
 * A tool may write new credentials to the file that the SDK read once: a call that SQS refuses because its credentials
 * have expired is made again with what is there now. The client has to be made with `NO_FILE_CACHE`.
 */
export async function withRenewal<T>({ config }: SQSClient, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error && EXPIRED.has(error.name))) throw error;
    await config.credentials({ forceRefresh: true });
    return call();
  }
}

/** Passed on by the client to the SDK's chain of providers, which otherwise keeps the text of its files for good. */
export const NO_FILE_CACHE = { ignoreCache: true };
