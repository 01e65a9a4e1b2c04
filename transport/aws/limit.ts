/** A call was not answered completely in time. */
class CallTimeout extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Bounds a call as a whole, whatever the other side does: a silent connection, an answer of a byte a second, a body
 * that never ends. At the limit, or when `outer` is aborted, the call's signal is aborted, and this rejects even if the
 * call does not obey.
 */
export function withinLimit<T>(ms: number, call: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const stop = (reason: unknown): void => {
      controller.abort(reason);
      fail(reason);
    };
    const onAbort = (): void => {
      stop(outer?.reason);
    };
    const timer = setTimeout(() => {
      stop(new CallTimeout(`No whole answer within ${ms / 1_000} s.`));
    }, ms);
    const end = (): void => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    if (outer?.aborted) onAbort();
    else outer?.addEventListener('abort', onAbort);
    call(controller.signal).then((answer) => {
      end();
      resolve(answer);
    }, fail);
  });
}
