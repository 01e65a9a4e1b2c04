import type { ServerResponse } from 'node:http';
import { onceAnswered } from './answered';

/** Whether this process is on its way out, and how many requests still wait for their answer. */
export class Stopping {
  private readonly controller = new AbortController();
  private open = 0;
  private idle: (() => void) | undefined;

  /** Aborted once the process stops. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get begun(): boolean {
    return this.controller.signal.aborted;
  }

  begin(): void {
    this.controller.abort();
  }

  /** Counts a request until its answer is out or its connection is gone. */
  track(response: ServerResponse): void {
    this.open += 1;
    onceAnswered(response, () => {
      this.open -= 1;
      if (this.open === 0) this.idle?.();
    });
  }

  /** Resolves when no request waits for its answer, or after `limitMs`. */
  async drained(limitMs: number): Promise<void> {
    if (this.open === 0) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, limitMs);
      this.idle = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }
}
