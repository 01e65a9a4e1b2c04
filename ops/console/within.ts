/** Limits how long a page waits to be told that something does not answer. */
export const WITHIN_MS = 2_500;

/** Rejects once the signal is aborted, whether the work obeys it or not. */
export function answered<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(new Error(`There was no answer within ${WITHIN_MS / 1_000} s`));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  });
}
