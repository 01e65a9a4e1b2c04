import { type Decision } from '../delivery/decision';
import { type Outcome, retry } from '../delivery/outcome';
import { type Admission } from './admission';
import { type Handle, HandlerTimeout } from './execution';
import { type InFlight } from './in-flight';
import { type QueueSpans } from '../traces/queue-spans';
import { Turns } from './turns';
import { type NoVerdict, type Verdicts } from './verdicts';

export interface RunnerParts {
  readonly handle: Handle;
  readonly spans: QueueSpans;
  readonly admission: Admission;
  readonly verdicts: Verdicts;
  /** Called when a handler returns that nobody waits for any more. */
  readonly returnedLate: (flight: InFlight, late: Outcome) => Promise<void>;
}

/** Runs the handlers of deliveries that have their permit, each within its timeout. */
export class Runner {
  private readonly turns = new Turns();

  constructor(private readonly parts: RunnerParts) {}

  /** The work of a delivery is over. Recording and settling it need no permit. */
  readonly workEnded = (flight: InFlight): void => {
    if (flight.phase === 'running') this.parts.admission.enter(flight, 'recording');
  };

  /**
   * `noted`: the record first notes that the run begins. A run past the timeout has failed, whether or not its handler
   * returns.
   */
  async run(flight: InFlight, noted: boolean): Promise<Decision | NoVerdict> {
    const { admission, handle, spans, verdicts } = this.parts;
    const { timeoutSeconds } = flight.policy;
    const begun = noted ? await verdicts.begin(flight) : 'begun';
    if (begun !== 'begun') return begun;
    await this.turns.next();
    if (flight.abortedBy) return verdicts.neverBegan(flight);
    const beganAt = performance.now();
    if (flight.attempt === 1) flight.counts.timeInQueueSeconds.observe((Date.now() - flight.delivery.sentAt) / 1_000);
    const returned = (late: Outcome): void => void this.returned(flight, late);
    const outcome = await spans.process(flight, () => flight.run(handle, timeoutSeconds, returned));
    flight.counts.handlingSeconds.observe((performance.now() - beganAt) / 1_000);
    if (outcome !== 'overdue') return verdicts.afterRun(flight, outcome);
    admission.enter(flight, 'overdue');
    const text = `The handler did not end within ${timeoutSeconds} s.`;
    flight.abort(new HandlerTimeout(text));
    return verdicts.afterRun(flight, retry(text));
  }

  private async returned(flight: InFlight, late: Outcome): Promise<void> {
    await this.parts.returnedLate(flight, late);
    this.parts.admission.leave(flight);
  }
}
