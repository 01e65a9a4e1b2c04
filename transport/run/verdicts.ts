import { type Attempts } from '../delivery/attempts';
import {
  decideAfterRun,
  decideBeforeRun,
  decideEnded,
  type Decision,
  RUN,
  type RunDecision,
} from '../delivery/decision';
import { type Outcome } from '../delivery/outcome';
import { type FailureLog } from '../settle/failure-log';
import { askPatiently } from './ask-patiently';
import { DrainDeadline, LeaseLost } from './execution';
import { type InFlight } from './in-flight';

/** No run came to an end here. The delivery goes back to the queue, if its lease still holds. */
export type NoVerdict = 'no-verdict';

const DELETE: Decision = { action: 'delete' };
const RELEASE: Decision = { action: 'release' };

/** Decides what becomes of a delivery before and after its run: asks the attempts port, then pure functions. */
export class Verdicts {
  constructor(
    private readonly attempts: Attempts,
    private readonly log: FailureLog,
  ) {}

  async beforeRun(flight: InFlight): Promise<Decision | RunDecision | NoVerdict> {
    const { delivery, policy } = flight;
    if (delivery.receiveCount === 1) return RUN;
    const standing = await askPatiently(flight, () => this.attempts.standing(delivery));
    if (standing === 'no-verdict') return standing;
    flight.standing = standing;
    return counted(flight, decideBeforeRun(delivery, standing, { ...policy, maxReceives: this.attempts.maxReceives }));
  }

  /** Notes that the run begins. Any answer but `begun` means that it must not. */
  async begin(flight: InFlight): Promise<'begun' | Decision | NoVerdict> {
    const standing = await askPatiently(flight, () => this.attempts.begin(flight.delivery));
    if (standing === 'no-verdict') return standing;
    if (standing.job !== 'open') return counted(flight, decideEnded(standing));
    flight.noted = true;
    return 'begun';
  }

  /** For a delivery that was told to stop before its run began, such as while the note was written. */
  neverBegan(flight: InFlight): Promise<NoVerdict> {
    return this.takeBack(flight, 'no-verdict');
  }

  async afterRun(flight: InFlight, outcome: Outcome): Promise<Decision | NoVerdict> {
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
      const standing = await askPatiently(flight, () => this.attempts.fail(delivery, outcome, flight.noted));
      const attempt = standing === 'no-verdict' ? flight.attempt : standing.attempts;
      this.log.failedRun(delivery, outcome, { attempt, maxAttempts: policy.maxAttempts });
      if (standing === 'no-verdict') return standing;
      flight.standing = standing;
      flight.noted = false;
    }
    return counted(flight, decideAfterRun(outcome, flight.standing, { ...policy, random: Math.random() }));
  }

  /** One try: if it fails the note stays, and the next run of the job has no other such job beside it. */
  private async takeBack<D>(flight: InFlight, decision: D): Promise<D> {
    if (flight.noted) await this.attempts.takeBack(flight.delivery).catch(() => undefined);
    return decision;
  }
}

/** Counts duplicates: `delete` means that another delivery of the job has ended. */
function counted<D extends Decision | RunDecision>({ counts }: InFlight, decision: D): D {
  if (decision.action === 'delete') counts.duplicates.add();
  if (decision.action === 'retry') counts.retries.add();
  return decision;
}
