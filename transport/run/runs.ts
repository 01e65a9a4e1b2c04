import { MAX_LEASE_SECONDS } from '../delivery/backoff';
import { type Delivery, orderedGroup } from '../delivery/delivery';
import { type Flight, HandlerTimeout, type Run } from './flight';
import { type Outcome } from '../delivery/outcome';
import { Permits } from './permits';
import { type Room } from './room';

/** How long a delivery that came ahead of its permit waits for it; others may have one by now. */
const WAIT_MS = 5_000;

/** Runs the handler of a delivery; never rejects. */
export type Handle = (delivery: Delivery, run: Run) => Promise<Outcome>;

export interface RunsParts {
  readonly handle: Handle;
  /** Handlers that run at once, at most. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly room: Pick<Room, 'workEnded'>;
  /** A handler has returned that was waited for no longer. */
  readonly returnedLate: (flight: Flight, outcome: Outcome) => Promise<void>;
}

/** Runs handlers: so many at once, each within its timeout, and knows those that did not heed it. */
export class Runs {
  private readonly permits: Permits;
  /** Handlers past their timeout or the drain deadline that have not returned; each keeps its permit as long as it works. */
  private readonly overdue = new Set<Flight>();

  constructor(private readonly parts: RunsParts) {
    this.permits = new Permits(parts.concurrency);
  }

  /** Handlers that were told to stop and have not returned. */
  get unreturned(): number {
    return this.overdue.size;
  }

  /** What waits for a permit is not begun any more. */
  endWaits(): void {
    this.permits.endWaits();
  }

  /**
   * Resolves to what the run came to. A run past the timeout is a failed one, whether or not its handler ever returns.
   * Undefined: it was not begun, or has lost its lease.
   */
  async run(flight: Flight, begun?: () => void): Promise<Outcome | undefined> {
    // No one else gets anything of a FIFO group while it is here.
    const taken = this.permits.take(orderedGroup(flight.delivery) === undefined ? WAIT_MS : MAX_LEASE_SECONDS * 1_000);
    if (!(taken === true || (await taken))) return undefined;
    if (flight.abortedBy()) {
      this.permits.giveBack();
      return undefined;
    }
    flight.startedAt = Date.now();
    begun?.();
    const running = this.parts.handle(flight.delivery, flight);
    const outcome = await this.withinTimeout(flight, running);
    if (outcome !== undefined) return outcome;
    flight.overdue = true;
    this.overdue.add(flight);
    void running.then((late) => this.returned(flight, late));
    if (flight.givenUp) return { kind: 'retry', error: 'drain' };
    const text = `The handler did not end within ${this.parts.timeoutSeconds} s.`;
    flight.abort(new HandlerTimeout(text));
    return flight.hasLostLease() ? undefined : { kind: 'retry', error: text };
  }

  /** Undefined: it is waited for no longer. */
  private withinTimeout(flight: Flight, running: Promise<Outcome>): Promise<Outcome | undefined> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        clearTimeout(timer);
        resolve(undefined);
      };
      const timer = setTimeout(giveUp, this.parts.timeoutSeconds * 1_000);
      flight.onGivenUp = giveUp;
      flight.onWorkEnded = () => {
        clearTimeout(timer);
        this.permits.giveBack();
        this.parts.room.workEnded();
      };
      running.then(
        (outcome) => {
          flight.workEnded();
          resolve(outcome);
        },
        (error: unknown) => {
          flight.workEnded();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  private async returned(flight: Flight, outcome: Outcome): Promise<void> {
    this.overdue.delete(flight);
    await this.parts.returnedLate(flight, outcome);
  }
}
