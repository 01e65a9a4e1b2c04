/** Holds this thread, and so its event loop, for this many milliseconds: as handlers that compute do, but using no processor. */
export function holdThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
