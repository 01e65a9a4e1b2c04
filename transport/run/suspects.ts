import { EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Of its run, and twice as long each further time: what ends a process mostly does so soon, and long runs must not wait
 * for one another; but where each is cut off by the next, they have to, or none ever passes.
 */
const TRIAL_MS = 5_000;

/** Before its run; in the order they came, the one that ends the process would be first each time and let none pass. */
const SHUFFLE_MS = 1_000;

/** So many have passed for each more that may be on trial at once: after a bad day all of a backlog are suspects. */
const PASSED_PER_MORE = 10;

/** Leave for one to run. */
export interface Trial {
  /** Its handler runs: from here its time counts. */
  readonly begun: () => void;
  /** The run has ended, or will not be begun. */
  readonly ended: () => void;
}

/**
 * Deliveries that came again and again without any outcome: one of them may be what ends the process each time, and
 * whatever runs beside it then has lost a receive too. They begin a few at a time and in a new order each time, so that
 * the innocent pass.
 */
export class Suspects {
  private readonly trials = new EventEmitter().setMaxListeners(0);
  private onTrial = 0;
  private passed = 0;

  /**
   * Resolves when one more may run, to its trial; to undefined once `signal` is aborted. `times`: how often it has been
   * a suspect, this one included.
   */
  async begin(times: number, signal: AbortSignal): Promise<Trial | undefined> {
    try {
      await wait(Math.random() * SHUFFLE_MS, undefined, { signal });
      while (this.onTrial > this.passed / PASSED_PER_MORE) await once(this.trials, 'end', { signal });
    } catch {
      return undefined;
    }
    this.onTrial += 1;
    const over = new AbortController();
    let hasBegun = false;
    return {
      begun: () => {
        hasBegun = true;
        void wait(TRIAL_MS * 2 ** (times - 1), undefined, { signal: over.signal })
          .catch(() => undefined)
          .then(() => {
            this.passed += 1;
            this.leave();
          });
      },
      ended: () => {
        if (hasBegun) over.abort();
        else this.leave();
      },
    };
  }

  private leave(): void {
    this.onTrial -= 1;
    this.trials.emit('end');
  }
}
