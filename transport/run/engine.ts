import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from './ask-patiently';
import { type Attempts } from '../delivery/attempts';
import { type DeadLetterQueue, type SourceEnd } from '../settle/dead-letter-queue';
import { decideAfterRun, decideBeforeRun, type Decision, suspicion, UNSETTLED } from '../delivery/decision';
import { type Delivery, orderedGroup } from '../delivery/delivery';
import { DrainDeadline, Flight, LeaseLost } from './flight';
import { Flights } from './flights';
import { FlightsByMessage } from './flights-by-message';
import { Groups } from './groups';
import { type Heartbeats } from './heartbeats';
import { type QueueNumbers } from '../delivery/numbers';
import { errorText } from '../delivery/outcome';
import { type Room } from './room';
import { type Handle, Runs } from './runs';
import { type SettledListeners } from '../settle/settled-listeners';
import { type Settlement } from '../settle/settlement';
import { Suspects } from './suspects';

export interface EngineParts {
  readonly settlement: Pick<Settlement, 'wasDone' | 'delete' | 'release'>;
  readonly heartbeats: Pick<Heartbeats, 'visibilitySeconds' | 'add' | 'remove'>;
  readonly deadLetters: DeadLetterQueue;
  readonly attempts: Attempts;
  readonly room: Room;
  /** Handlers that run at once, at most. */
  readonly concurrency: number;
  readonly numbers: Pick<QueueNumbers, 'maxAttempts' | 'maxUnsettledReceives' | 'handlerTimeoutSeconds'>;
  readonly settled: SettledListeners;
  /** Of a FIFO queue, what is to be tried again waits in this process; false: in the queue. */
  readonly holdsGroups: boolean;
}

/** Handlers get this long to heed the signal at the drain deadline, and their deliveries to be settled then. */
const GRACE_MS = 1_000;

/** From admission to settlement: every delivery it admits ends deleted, released or dead-lettered, or its lease lapses. */
export class Engine {
  private readonly logger = new Logger('Engine');
  private readonly flights = new Flights('place');
  private readonly groups = new Groups();
  private readonly suspects = new Suspects();
  /** Aborted when a drain begins: what would have to wait is not begun any more. */
  private readonly ending = new AbortController();
  /** Those that would settle by a new receipt, should the message come again. */
  private readonly adopting = new FlightsByMessage();
  private readonly runs: Runs;

  constructor(
    private readonly parts: EngineParts,
    handle: Handle,
  ) {
    const { concurrency, numbers, room, settlement } = parts;
    this.runs = new Runs({
      handle,
      concurrency,
      timeoutSeconds: numbers.handlerTimeoutSeconds,
      room,
      // One that has done its work all the same, should it be delivered again, is only deleted.
      returnedLate: async (flight, outcome) => {
        if (outcome.kind === 'done') await settlement.delete(flight.delivery);
        this.makeRoom(flight);
      },
    });
  }

  get inFlight(): number {
    return this.flights.size;
  }

  /** Handlers that were told to stop and have not returned. */
  get unreturned(): number {
    return this.runs.unreturned;
  }

  /** Takes a delivery in; room for it is taken already, and there again when it is settled and its handler has returned. */
  admit(delivery: Delivery): void {
    const { heartbeats, room } = this.parts;
    const running = this.adopting.get(delivery.messageId);
    if (running) {
      running.adopt(delivery, heartbeats.visibilitySeconds());
      room.release(1);
      return;
    }
    const flight = new Flight(delivery, heartbeats.visibilitySeconds());
    this.flights.add(flight);
    this.adopting.add(flight);
    heartbeats.add(flight);
    void this.fly(flight);
  }

  /** Whether nothing is in flight within `ms`; answers as soon as that is so. */
  idleWithin(ms: number): Promise<boolean> {
    return this.flights.noneWithin(ms);
  }

  /** Resolves when nothing is in flight. At the deadline aborts, waits a second, and releases what still is. */
  async drain(deadlineMs: number): Promise<void> {
    this.ending.abort();
    this.runs.endWaits();
    if (await this.flights.noneWithin(deadlineMs)) return;
    for (const flight of this.flights) flight.abort(new DrainDeadline('The process ends.'));
    if (await this.flights.noneWithin(GRACE_MS)) return;
    for (const flight of this.flights) {
      flight.givenUp = true;
      flight.onGivenUp?.();
    }
    await this.flights.noneWithin(2 * GRACE_MS);
  }

  private async fly(flight: Flight): Promise<void> {
    const ended = await this.conclude(flight).catch((error: unknown) => {
      // Settling failed in a way nobody foresaw: the lease lapses, and the message comes again.
      this.logger.error(`Could not settle ${flight.delivery.messageId}: ${errorText(error)}`);
      return false;
    });
    await this.land(flight, ended);
  }

  /** Whether the delivery has ended for good; false: it was given back, or is no longer ours. */
  private async conclude(flight: Flight): Promise<boolean> {
    const turn = this.groups.turn(flight);
    if (turn !== true && (!(await turn) || this.ending.signal.aborted)) {
      await this.release(flight, 0);
      return false;
    }
    for (;;) {
      const decision = (await this.beforeRun(flight)) ?? (await this.runInTurn(flight));
      if (!decision) return false;
      const { deadLetters } = this.parts;
      const end = decision.action === 'dead-letter' ? await deadLetters.move(flight.delivery, decision) : decision;
      if (end.action === 'release' && end.retry && (await this.holdForRetry(flight, end.afterSeconds))) continue;
      await this.settle(flight, decision, end);
      return end.action === 'delete';
    }
  }

  /**
   * On a FIFO queue what is to be tried again waits here, and its group behind it: SQS hands out nothing of a group while
   * one of it is in flight. False when it is to be released: on a standard queue, at a drain, when the lease is lost,
   * and after a handler that has not returned.
   */
  private async holdForRetry(flight: Flight, afterSeconds: number): Promise<boolean> {
    const { delivery, overdue } = flight;
    if (!this.holds(delivery) || overdue) return false;
    const stop = AbortSignal.any([flight.signal, this.ending.signal]);
    await wait(afterSeconds * 1_000, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return false;
    delivery.receiveCount += 1;
    if (flight.workIsOver) this.parts.room.workAgain();
    flight.workIsOver = false;
    return true;
  }

  private holds(delivery: Delivery): boolean {
    return this.parts.holdsGroups && orderedGroup(delivery) !== undefined;
  }

  private async beforeRun(flight: Flight): Promise<Decision | undefined> {
    const { delivery } = flight;
    if (this.parts.settlement.wasDone(delivery)) return { action: 'delete' };
    const left = this.parts.deadLetters.leftToRedrive(delivery);
    if (left) return left;
    if (delivery.receiveCount === 1) return undefined;
    const standing = await ask(flight, () => this.parts.attempts.standing(delivery));
    if (!standing) return { action: 'release', afterSeconds: 0 };
    flight.standing = standing;
    const isExcused = this.groups.isExcused(flight);
    const decision = decideBeforeRun(delivery, standing, { ...this.parts.numbers, isExcused });
    if (decision?.action === 'dead-letter' && decision.reason === UNSETTLED) this.groups.excuseFollowers(flight);
    return decision;
  }

  /** A suspect waits for its trial, and is not begun any more once a drain has. */
  private async runInTurn(flight: Flight): Promise<Decision | undefined> {
    const times = suspicion(flight.delivery, flight.standing);
    if (times === 0) return this.run(flight);
    const trial = await this.suspects.begin(times, AbortSignal.any([flight.signal, this.ending.signal]));
    return trial ? this.run(flight, trial.begun).finally(trial.ended) : withoutOutcome(flight);
  }

  /** Undefined when the delivery is no longer ours to settle. */
  private async run(flight: Flight, begun?: () => void): Promise<Decision | undefined> {
    const { delivery } = flight;
    const outcome = await this.runs.run(flight, begun);
    if (outcome === undefined) return withoutOutcome(flight);
    if (outcome.kind === 'done') return { action: 'delete' };
    if (flight.hasLostLease()) return undefined;
    // Told to stop for no fault of its own: its failure is no attempt.
    if (flight.abortedBy() instanceof DrainDeadline || flight.abortedBy() instanceof LeaseLost) {
      return { action: 'release', afterSeconds: 0 };
    }
    const { attempts, numbers } = this.parts;
    const standing =
      outcome.kind === 'retry'
        ? await ask(flight, () => attempts.fail(delivery, outcome.error, false))
        : flight.standing;
    if (!standing) return { action: 'release', afterSeconds: 0 };
    return decideAfterRun(outcome, standing, { ...numbers, random: Math.random() });
  }

  private async settle(flight: Flight, decision: Decision, end: SourceEnd): Promise<void> {
    if (end.action === 'delete') await this.parts.settlement.delete(flight.delivery);
    // Of a group the first is visible before the next is: at once, since the others follow.
    else await this.release(flight, end.retry && this.holds(flight.delivery) ? 0 : end.afterSeconds);
    this.parts.settled.tell(flight.delivery, end.action === 'release' ? end : decision, flight.startedAt);
  }

  /** The message may come again before SQS has answered. */
  private async release(flight: Flight, afterSeconds: number): Promise<void> {
    await this.parts.heartbeats.remove(flight);
    this.adopting.delete(flight);
    // By a lease that is lost, a release could be someone else's.
    if (!flight.hasLostLease()) await this.parts.settlement.release(flight.delivery, afterSeconds);
  }

  private async land(flight: Flight, ended: boolean): Promise<void> {
    // Should the message come again, it is a delivery of its own.
    this.adopting.delete(flight);
    const extending = this.parts.heartbeats.remove(flight);
    if (extending) await extending;
    this.groups.leave(flight, ended);
    this.flights.delete(flight);
    if (!flight.overdue) this.makeRoom(flight);
  }

  private makeRoom({ workIsOver }: Flight): void {
    const { room } = this.parts;
    if (workIsOver) room.settled();
    else room.release(1);
  }
}

/** Undefined when someone else may have it. */
const withoutOutcome = (flight: Flight): Decision | undefined =>
  flight.hasLostLease() ? undefined : { action: 'release', afterSeconds: 0 };
