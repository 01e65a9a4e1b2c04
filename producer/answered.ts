import { type ServerResponse } from 'node:http';

/**
 * Calls `listener` once the answer is sent or its connection is gone. A request that never arrives in full is answered
 * on the socket, which may stay half open for long: it counts as answered when our half has ended.
 */
export function onceAnswered(response: ServerResponse, listener: () => void): void {
  const { socket } = response;
  const end = (): void => {
    response.off('close', end);
    socket?.off('finish', end);
    listener();
  };
  response.once('close', end);
  socket?.once('finish', end);
}

/** Aborted if the connection ends before the whole answer is sent, or has already ended. */
export function cutOf(response: ServerResponse): AbortSignal {
  // It has closed already, and emits no further event.
  if (response.destroyed) return AbortSignal.abort();
  const cut = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) cut.abort();
  });
  return cut.signal;
}
