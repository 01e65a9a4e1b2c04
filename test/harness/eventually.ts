import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** Runs `check` until it neither throws nor answers false; fails with its last error once the time is up. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const { withinMs = 10_000, everyMs = 25 } = options;
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
