import { type Attempts } from '../delivery/attempts';
import {
  decideAfterRun,
  decideBeforeRun,
  decideEnded,
  type Decision,
  RUN,
  type RunDecision,
} from '../delivery/decision';
import { type Outcome, retry } from '../delivery/outcome';
import { type FailureLog } from '../settle/failure-log';
import { type QueueSpans } from '../traces/queue-spans';
import { type Admission } from './admission';
import { askPatiently } from '../delivery/ask-patiently';
import { DrainDeadline, type Handle, HandlerTimeout, LeaseLost } from '../delivery/handler';
import { type InFlight } from '../delivery/in-flight';
import { StartQueue } from './start-queue';

/** What runs need, whether their messages were received or came in an event. */
export interface RunParts {
  readonly handle: Handle;
  readonly spans: QueueSpans;
  readonly attempts: Attempts;
  readonly log: FailureLog;
}

interface RunnerParts extends RunParts {
  readonly admission: Admission;
  /** False while no run may begin: deliveries go back to the queue then. */
  readonly mayBegin: () => boolean;
  /** Called when a handler returns that nobody waits for any more. */
  readonly returnedLate: (flight: InFlight, late: Outcome) => Promise<void>;
}

const DELETE: Decision = { action: 'delete' };

/** Also what is decided once the lease is lost; `Worker` then asks SQS for nothing. */
export const RELEASE: Decision = { action: 'release' };

/**
 * How long a delivery is hidden that waited in vain behind others with begun runs: this many times its wait, up to two
 * minutes. Visible at once it would come again at once, take the room of jobs that could run, and use up the
 * receives that SQS allows. The first of them is visible at once, for a consumer that is idle.
 */
const HIDDEN_BEHIND = { waits: 8, maxSeconds: 120 };

/**
 * Runs the job of a delivery, if it may run, and says what becomes of the delivery. Asks the attempts port before and
 * after the run, then pure functions.
 */
export class Runner {
  private readonly starts = new StartQueue();

  constructor(private readonly parts: RunnerParts) {}

  /**
   * For a delivery whose turn within its group has come. The run needs a permit; without one after `permitMs` the
   * delivery is released.
   */
  async decide(flight: InFlight, permitMs: number): Promise<Decision> {
    const { admission, mayBegin } = this.parts;
    const before = await this.beforeRun(flight);
    if (before.action !== 'run') return before;
    const permit = await admission.permit(flight, permitMs);
    if (permit === 'behind') return releaseLater(permitMs);
    if (permit === 'refused' || !mayBegin()) return RELEASE;
    return this.run(flight, before.noted);
  }

  private async beforeRun(flight: InFlight): Promise<Decision | RunDecision> {
    const { delivery, policy } = flight;
    const { attempts } = this.parts;
    if (delivery.receiveCount === 1) return RUN;
    const standing = await askPatiently(flight, () => attempts.standing(delivery));
    if (standing === 'not-ours') return RELEASE;
    flight.standing = standing;
    return counted(flight, decideBeforeRun(delivery, standing, { ...policy, maxReceives: attempts.maxReceives }));
  }

  /** A run past the timeout has failed, whether or not its handler returns. */
  private async run(flight: InFlight, noted: boolean): Promise<Decision> {
    const { admission, handle, spans } = this.parts;
    const begun = noted ? await this.note(flight) : 'begun';
    if (begun !== 'begun') return begun;
    await this.starts.next();
    // It was told to stop before its run began, such as while the note was written.
    if (flight.abortedBy) return this.takeBack(flight, RELEASE);
    const beganAt = performance.now();
    if (flight.attempt === 1) flight.counts.timeInQueueSeconds.observe((Date.now() - flight.delivery.sentAt) / 1_000);
    const workEnded = (): void => {
      // Recording and settling need no permit.
      if (flight.phase === 'running') admission.enter(flight, 'recording');
    };
    const returned = (late: Outcome): void => void this.returned(flight, late);
    const outcome = await spans.process(flight, () => flight.run(handle, { workEnded, returned }));
    flight.counts.handlingSeconds.observe((performance.now() - beganAt) / 1_000);
    if (outcome !== 'overdue') return this.afterRun(flight, outcome);
    admission.enter(flight, 'overdue');
    const text = `The handler did not end within ${flight.policy.timeoutSeconds} s.`;
    flight.abort(new HandlerTimeout(text));
    return this.afterRun(flight, retry(text));
  }

  /** Notes that the run begins. Any answer but `begun` means that it must not. */
  private async note(flight: InFlight): Promise<'begun' | Decision> {
    const standing = await askPatiently(flight, () => this.parts.attempts.begin(flight.delivery));
    if (standing === 'not-ours') return RELEASE;
    if (standing.job !== 'open') return counted(flight, decideEnded(standing));
    flight.noted = true;
    return 'begun';
  }

  private async afterRun(flight: InFlight, outcome: Outcome): Promise<Decision> {
    const { delivery, abortedBy, policy } = flight;
    const { handled } = flight.counts;
    if (outcome.kind === 'done') {
      handled.done.add();
      return this.takeBack(flight, DELETE);
    }
    const isStopped = abortedBy instanceof DrainDeadline || abortedBy instanceof LeaseLost;
    (isStopped ? handled.stopped : handled[outcome.kind]).add();
    // It was told to stop from outside, so its failure is no attempt.
    if (abortedBy instanceof DrainDeadline) return this.takeBack(flight, RELEASE);
    if (abortedBy instanceof LeaseLost) return RELEASE;
    if (outcome.kind === 'retry') {
      const { attempts, log } = this.parts;
      const standing = await askPatiently(flight, () => attempts.fail(delivery, outcome, flight.noted));
      const attempt = standing === 'not-ours' ? flight.attempt : standing.attempts;
      log.failedRun(delivery, outcome, { attempt, maxAttempts: policy.maxAttempts });
      if (standing === 'not-ours') return RELEASE;
      flight.standing = standing;
      flight.noted = false;
    }
    return counted(flight, decideAfterRun(outcome, flight.standing, { ...policy, random: Math.random() }));
  }

  /** One try: if it fails the note stays, and the next run of the job has no other such job beside it. */
  private async takeBack(flight: InFlight, decision: Decision): Promise<Decision> {
    if (flight.noted) await this.parts.attempts.takeBack(flight.delivery).catch(() => undefined);
    return decision;
  }

  private async returned(flight: InFlight, late: Outcome): Promise<void> {
    await this.parts.returnedLate(flight, late);
    this.parts.admission.leave(flight);
  }
}

function releaseLater(waitedMs: number): Decision {
  const { waits, maxSeconds } = HIDDEN_BEHIND;
  return { action: 'release', afterSeconds: Math.min(maxSeconds, Math.ceil((waits * waitedMs) / 1_000)) };
}

/** Counts duplicates: `delete` means that another delivery of the job has ended. */
function counted<D extends Decision | RunDecision>({ counts }: InFlight, decision: D): D {
  if (decision.action === 'delete') counts.duplicates.add();
  if (decision.action === 'retry') counts.retries.add();
  return decision;
}
