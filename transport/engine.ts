import { Logger } from '@nestjs/common';
import { type DeliveryNumbers } from '../contract/delivery';
import { type Attempts } from './attempts';
import { backoffSeconds } from './backoff';
import { type DeadLetterQueue } from './dead-letter-queue';
import { decideAfterRun, decideBeforeRun, type Decision } from './decision';
import { type Delivery } from './delivery';
import { DrainDeadline, Flight, HandlerTimeout, LeaseLost } from './flight';
import { type Heartbeats } from './heartbeats';
import { errorText, type Outcome } from './outcome';
import { type Permits } from './permits';
import { type Settlement } from './settlement';

/** Runs the handler of a delivery; never rejects. */
export type Handle = (delivery: Delivery, signal: AbortSignal) => Promise<Outcome>;

/** Milliseconds since the epoch. `startedAt` is undefined for a delivery that was settled without a run. */
export interface Timings {
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly startedAt: number | undefined;
  readonly settledAt: number;
}

/** Told of every settled delivery; may not throw. */
export type SettledListener = (delivery: Delivery, decision: Decision, timings: Timings) => void;

export interface EngineParts {
  readonly settlement: Settlement;
  readonly heartbeats: Heartbeats;
  readonly deadLetters: DeadLetterQueue;
  readonly attempts: Attempts;
  readonly permits: Permits;
  readonly numbers: Pick<DeliveryNumbers, 'maxAttempts' | 'maxUnsettledReceives' | 'handlerTimeoutSeconds'>;
}

/** From admission to settlement: every delivery it admits ends deleted, released or dead-lettered, or its lease lapses. */
export class Engine {
  private readonly logger = new Logger('Engine');
  private readonly flights = new Set<Flight>();
  /** By MessageId: those that would settle by a new receipt, should the message come again. */
  private readonly adopting = new Map<string, Flight>();
  /** Handlers past their timeout or the drain deadline that have not returned; each keeps its permit. */
  private readonly overdue = new Set<Flight>();
  private readonly listeners: SettledListener[] = [];
  private readonly idleListeners: (() => void)[] = [];

  constructor(
    private readonly parts: EngineParts,
    private readonly handle: Handle,
  ) {}

  get inFlight(): number {
    return this.flights.size;
  }

  /** Handlers that were told to stop and have not returned. */
  get unreturned(): number {
    return this.overdue.size;
  }

  onSettled(listener: SettledListener): void {
    this.listeners.push(listener);
  }

  /** Takes a delivery in; its permit is taken already and comes back when it is settled and its handler has returned. */
  admit(delivery: Delivery): void {
    const { heartbeats, permits } = this.parts;
    const running = this.adopting.get(delivery.messageId);
    if (running) {
      running.adopt(delivery, heartbeats.visibilitySeconds());
      permits.release(1);
      return;
    }
    const flight = new Flight(delivery, heartbeats.visibilitySeconds());
    this.flights.add(flight);
    this.adopting.set(delivery.messageId, flight);
    heartbeats.add(flight);
    void this.fly(flight);
  }

  /** Resolves when nothing is in flight; at `deadline` aborts and releases what still is, and gives it a second. */
  async drain(deadlineMs: number): Promise<void> {
    const idle =
      this.flights.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => this.idleListeners.push(resolve));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => {
        resolve('late');
      }, deadlineMs);
    });
    const late = (await Promise.race([idle, deadline])) === 'late';
    clearTimeout(timer);
    if (late) await this.giveUp();
  }

  private async fly(flight: Flight): Promise<void> {
    try {
      const decision = (await this.beforeRun(flight)) ?? (await this.run(flight));
      if (decision) await this.settle(flight, decision);
    } catch (error) {
      // Settling failed in a way nobody foresaw: the lease lapses, and the message comes again.
      this.logger.error(`Could not settle ${flight.delivery.messageId}: ${errorText(error)}`);
    }
    await this.land(flight);
  }

  private async beforeRun(flight: Flight): Promise<Decision | undefined> {
    const { delivery } = flight;
    if (this.parts.settlement.wasDone(delivery)) return { action: 'delete' };
    if (this.parts.deadLetters.leftToRedrive(delivery)) return { action: 'release', afterSeconds: 0 };
    if (delivery.receiveCount === 1) return undefined;
    return this.asking(async () => {
      flight.standing = await this.parts.attempts.standing(delivery);
      return decideBeforeRun(delivery, flight.standing, this.parts.numbers);
    });
  }

  /** Undefined when the delivery is no longer ours to settle. */
  private async run(flight: Flight): Promise<Decision | undefined> {
    const { delivery, signal } = flight;
    if (signal.aborted) return { action: 'release', afterSeconds: 0 };
    flight.startedAt = Date.now();
    const outcome = await this.withinTimeout(flight, this.handle(delivery, signal));
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'done') return { action: 'delete' };
    if (flight.leaseLost) return undefined;
    // Told to stop for no fault of its own: its failure is no attempt.
    if (signal.reason instanceof DrainDeadline || signal.reason instanceof LeaseLost) {
      return { action: 'release', afterSeconds: 0 };
    }
    return this.asking(async () => {
      const { attempts, numbers } = this.parts;
      const standing = outcome.kind === 'retry' ? await attempts.fail(delivery, outcome.error) : flight.standing;
      return decideAfterRun(outcome, standing, { ...numbers, random: Math.random() });
    });
  }

  /** A run past the timeout is a failed one, whether or not its handler ever returns. */
  private async withinTimeout(flight: Flight, running: Promise<Outcome>): Promise<Outcome | undefined> {
    const { handlerTimeoutSeconds } = this.parts.numbers;
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<undefined>((resolve) => {
      flight.onGivenUp = () => {
        resolve(undefined);
      };
      timer = setTimeout(flight.onGivenUp, handlerTimeoutSeconds * 1_000);
    });
    const outcome = await Promise.race([running, overdue]);
    clearTimeout(timer);
    if (outcome !== undefined) return outcome;
    flight.overdue = true;
    this.overdue.add(flight);
    void running.then((late) => this.returned(flight, late));
    if (flight.signal.reason instanceof DrainDeadline) return { kind: 'retry', error: 'drain' };
    const text = `The handler did not end within ${handlerTimeoutSeconds} s.`;
    flight.controller.abort(new HandlerTimeout(text));
    return flight.leaseLost ? undefined : { kind: 'retry', error: text };
  }

  /** A handler that returns `done` late has done its work all the same; should it be delivered again, it is only deleted. */
  private async returned(flight: Flight, outcome: Outcome): Promise<void> {
    this.overdue.delete(flight);
    if (outcome.kind === 'done') await this.parts.settlement.delete(flight.delivery);
    this.parts.permits.release(1);
  }

  /** While the store is away deliveries wait: released, not counted. */
  private async asking(decide: () => Promise<Decision | undefined>): Promise<Decision | undefined> {
    try {
      return await decide();
    } catch (error) {
      this.logger.warn(`The attempts cannot be counted, the delivery waits: ${errorText(error)}`);
      return { action: 'release', afterSeconds: backoffSeconds(3, Math.random()) };
    }
  }

  private async settle(flight: Flight, decision: Decision): Promise<void> {
    const { settlement, deadLetters } = this.parts;
    const { delivery } = flight;
    const end = decision.action === 'dead-letter' ? await deadLetters.move(delivery, decision) : decision;
    if (end.action === 'delete') await settlement.delete(delivery);
    else await this.release(flight, end.afterSeconds);
    const { sentAt, receivedAt } = delivery;
    const timings = { sentAt, receivedAt, startedAt: flight.startedAt, settledAt: Date.now() };
    for (const listener of this.listeners) listener(delivery, decision, timings);
  }

  /** The message may come again before SQS has answered: that is a delivery of its own then. */
  private async release(flight: Flight, afterSeconds: number): Promise<void> {
    await this.parts.heartbeats.remove(flight);
    this.adopting.delete(flight.delivery.messageId);
    await this.parts.settlement.release(flight.delivery, afterSeconds);
  }

  private async land(flight: Flight): Promise<void> {
    await this.parts.heartbeats.remove(flight);
    this.flights.delete(flight);
    const { messageId } = flight.delivery;
    if (this.adopting.get(messageId) === flight) this.adopting.delete(messageId);
    if (!flight.overdue) this.parts.permits.release(1);
    if (this.flights.size === 0) for (const listener of this.idleListeners.splice(0)) listener();
  }

  private async giveUp(): Promise<void> {
    for (const flight of this.flights) {
      flight.controller.abort(new DrainDeadline('The process ends.'));
      flight.onGivenUp?.();
    }
    if (this.flights.size > 0) await new Promise<void>((resolve) => this.idleListeners.push(resolve));
  }
}
