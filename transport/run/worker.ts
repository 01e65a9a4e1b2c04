import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type Decision } from '../delivery/decision';
import { type Delivery } from '../delivery/delivery';
import { errorText } from '../delivery/error-text';
import { type Outcome } from '../delivery/outcome';
import { type DeadLetterQueue } from '../settle/dead-letter-queue';
import { type SettledListeners } from '../settle/settled-listeners';
import { type Settlement } from '../settle/settlement';
import { type Admission } from './admission';
import { Deliveries } from './deliveries';
import { Groups } from './groups';
import { DrainDeadline } from '../delivery/handler';
import { Heartbeats } from './heartbeats';
import { type FlightOf, type InFlight } from '../delivery/in-flight';
import { RELEASE, Runner, type RunParts } from './runner';

interface WorkerParts extends RunParts {
  readonly flightOf: FlightOf;
  readonly admission: Admission;
  readonly settlement: Settlement;
  readonly deadLetters: DeadLetterQueue;
  readonly settled: SettledListeners;
  /** Lease of a delivery, in seconds. */
  readonly leaseSeconds: () => number;
  readonly mayBegin: () => boolean;
}

/**
 * How long handlers have to obey the signal at the drain deadline, and how long their deliveries have to be settled
 * then.
 */
const GRACE_MS = 1_000;

/** `ended`: deleted from the queue, or about to be; `unfinished`: back in the queue, or with another consumer. */
type End = 'ended' | 'unfinished';

/** Takes deliveries to their end: each is deleted, given back, retried or dead-lettered, or its lease lapses. */
export class Worker {
  private readonly logger = new Logger('Worker');
  private readonly flights = new Deliveries();
  private readonly groups = new Groups();
  private readonly heartbeats: Heartbeats;
  private readonly runner: Runner;

  constructor(private readonly parts: WorkerParts) {
    const { settlement, leaseSeconds } = parts;
    this.heartbeats = new Heartbeats(settlement, this.flights, leaseSeconds);
    // A late `done` counts, though another consumer may have the message by now.
    const returnedLate = async ({ delivery }: InFlight, late: Outcome): Promise<void> => {
      if (late.kind === 'done') await settlement.delete(delivery, () => false);
    };
    this.runner = new Runner({ ...parts, returnedLate });
  }

  get inFlight(): number {
    return this.flights.size;
  }

  /** Admits a delivery. A message that is already in flight here goes on under its new receipt, and runs once. */
  admit(delivery: Delivery): void {
    if (this.adopt(delivery)) return;
    const { admission, flightOf, leaseSeconds } = this.parts;
    const flight = flightOf(delivery, leaseSeconds());
    admission.admit(flight);
    this.flights.add(flight);
    this.heartbeats.start();
    void this.process(flight);
  }

  /**
   * Gives a delivery back that came while receiving was paused or over, except one of a message in flight here: that
   * goes on under the new receipt, and must not run a second time.
   */
  refuse(delivery: Delivery): void {
    if (!this.adopt(delivery)) void this.parts.settlement.release(delivery, 0);
  }

  /** True if the message is already in flight here: its delivery goes on under the new receipt. */
  private adopt(delivery: Delivery): boolean {
    const running = this.flights.ofMessage(delivery.messageId);
    running?.adopt(delivery, this.parts.leaseSeconds());
    running?.counts.duplicates.add();
    return running !== undefined;
  }

  /**
   * Resolves when nothing is in flight. At the deadline it aborts the handlers, waits a second, and releases what is
   * left.
   */
  async drain(deadlineMs: number): Promise<void> {
    this.parts.admission.endWaits();
    await this.flights.noneWithin(deadlineMs);
    for (const flight of this.flights) flight.abort(new DrainDeadline('The process ends.'));
    await this.flights.noneWithin(GRACE_MS);
    for (const flight of this.flights) flight.giveUp();
    await this.flights.noneWithin(2 * GRACE_MS);
    this.heartbeats.stop();
  }

  private async process(flight: InFlight): Promise<void> {
    const end = await this.conclude(flight).catch((error: unknown): End => {
      // An error that nobody foresaw: the lease lapses, and the message comes again.
      this.logger.error(`Could not settle ${flight.delivery.messageId}: ${errorText(error)}`);
      return 'unfinished';
    });
    void flight.endLease();
    this.groups.leave(flight, end === 'ended');
    this.flights.delete(flight);
    // An overdue one keeps its permit until its handler returns.
    if (flight.phase !== 'overdue') this.parts.admission.leave(flight);
  }

  private async conclude(flight: InFlight): Promise<End> {
    if ((await this.groups.turn(flight)) === 'broken') return this.settle(flight, RELEASE);
    for (;;) {
      const decision = await this.decide(flight);
      if (decision.action === 'retry' && (await this.holdForRetry(flight, decision.afterSeconds))) continue;
      return this.settle(flight, decision);
    }
  }

  private async decide(flight: InFlight): Promise<Decision> {
    const { settlement, leaseSeconds } = this.parts;
    if (!settlement.wasDone(flight.delivery)) return this.runner.decide(flight, (leaseSeconds() * 1_000) / 2);
    flight.counts.duplicates.add();
    return { action: 'delete' };
  }

  /**
   * On a FIFO queue a delivery waits here for its retry, with its group behind it: SQS hands out nothing of a group
   * while one of it is in flight. Returns false if it has to go back to the queue: on a standard queue, at a drain, if
   * the lease is lost, or while its handler is overdue.
   */
  private async holdForRetry(flight: InFlight, afterSeconds: number): Promise<boolean> {
    const { delivery, phase, signal } = flight;
    if (delivery.orderedGroup === undefined || phase === 'overdue') return false;
    const { admission } = this.parts;
    admission.enter(flight, 'waiting');
    const stop = AbortSignal.any([signal, admission.ending]);
    await wait(afterSeconds * 1_000, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return false;
    delivery.receiveCount += 1;
    return true;
  }

  private async settle(flight: InFlight, decision: Decision): Promise<End> {
    const { admission, deadLetters, settlement, settled } = this.parts;
    const { delivery } = flight;
    if (flight.phase !== 'overdue') admission.enter(flight, 'settling');
    let end = decision;
    if (decision.action === 'dead-letter') {
      // Its record says `failed` by then, so its followers need not wait for a DLQ that refuses it.
      const recorded = (): void => {
        this.groups.leave(flight, true);
      };
      const moved = await deadLetters.move(flight, decision, { ending: admission.ending, recorded });
      if (moved === 'unfinished') end = RELEASE;
    }
    const isEnded = end.action === 'delete' || end.action === 'dead-letter';
    if (isEnded) await settlement.delete(delivery, () => !flight.hasLostLease && flight.leaseLeftMs() > 0);
    else await this.release(flight, end);
    settled.tell(flight, end);
    return isEnded ? 'ended' : 'unfinished';
  }

  /** Makes the message visible again. It may come again before SQS has answered, so it is forgotten here first. */
  private async release(flight: InFlight, end: Decision): Promise<void> {
    await flight.endLease();
    this.flights.forgetMessage(flight);
    // Without the lease, a release could hit the delivery of another consumer.
    if (flight.hasLostLease) return;
    const { afterSeconds = 0 } = end.action === 'retry' || end.action === 'release' ? end : {};
    // The first of a group is visible again at once, and so before the others, which follow it.
    const seconds = flight.delivery.orderedGroup === undefined ? afterSeconds : 0;
    await this.parts.settlement.release(flight.delivery, Math.min(seconds, flight.hiddenSecondsLeft()));
  }
}
