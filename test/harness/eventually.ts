import { setTimeout as delay } from 'node:timers/promises';

/**
 * Long, for a machine that others use too, and shorter than a lease of 30 s, by which what was lost would come again.
 */
export const PATIENCE_MS = 20_000;

export interface EventuallyOptions {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** Runs `check` until it neither throws nor answers false; fails with its last error once the time is up. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const { withinMs = PATIENCE_MS, everyMs = 25 } = options;
  const deadline = performance.now() + withinMs;
  for (;;) {
    let failure: unknown;
    try {
      const answer = await check();
      if (answer !== false) return answer as Exclude<T, false>;
      failure = new Error(`still false after ${withinMs} ms: ${check.toString().slice(0, 200)}`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadline) throw failure;
    await delay(everyMs);
  }
}
