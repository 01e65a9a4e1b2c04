import { type Delivery, toDeliveries } from '../delivery/delivery';
import { type PollGate } from '../receive/poll-gate';
import { type Settlement } from '../settle/settlement';
import { endsWithin, EventRun, type EventRunParts, type Unfinished } from './event-run';
import { toMessages } from './lambda-event';

/**
 * The end of an event's time, in which handlers obey the signal and the rest is given back: up to 3 s, and
 * no more than a quarter.
 */
const RESERVE = { maxMs: 3_000, share: 1 / 4 };

/**
 * The part of the reserve that is kept for the answer itself. A function with a share of a processor takes some time
 * for it, and more for each message that it reports: on a core that is shared by ten, 10,000 messages take 200 ms.
 */
const ANSWER = { ms: 300, msPerMessage: 0.05, share: 1 / 3 };

/** Limits a timer of Node's. A deadline beyond it is no deadline. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * How long an event waits while receiving is paused. Failing it sooner only brings it back sooner; waiting longer is
 * billed.
 */
const MAX_PAUSE_MS = 10_000;

/** Limits the messages given back at once to sixteen calls of ten. */
const PER_ROUND = 160;

/** The event was refused: all of it comes again. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

interface Parts extends EventRunParts {
  readonly settlement: Settlement;
  readonly gate: PollGate;
}

/** The entrance for deliveries that Lambda's event source received and will delete. */
export class EventIntake {
  private readonly events = new Set<Promise<unknown>>();

  constructor(private readonly parts: Parts) {}

  /**
   * Resolves, before `withinMs` are over, to the MessageIds of what is not done and must be delivered again. Rejects
   * with `EventMalformed`, or with `EventRefused` when receiving is paused or over: then nothing was begun.
   */
  async take(event: unknown, withinMs: number): Promise<string[]> {
    const taking = this.takeIn(
      toDeliveries(toMessages(event)),
      performance.now() + Math.min(MAX_TIMER_MS, Math.max(0, withinMs)),
    );
    this.events.add(taking);
    return taking.finally(() => this.events.delete(taking));
  }

  /** Resolves when every accepted event has its answer. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.events);
  }

  /** `deadline` by the monotonic clock. */
  private async takeIn(deliveries: readonly Delivery[], deadline: number): Promise<string[]> {
    await this.passGate((deadline - performance.now()) / 2);
    const leftMs = deadline - performance.now();
    const reserveMs = Math.min(RESERVE.maxMs, leftMs * RESERVE.share);
    const run = new EventRun(deliveries, this.parts);
    await run.within(leftMs - reserveMs, reserveMs / 2);
    const unfinished = run.unfinished();
    const answerMs = ANSWER.ms + unfinished.length * ANSWER.msPerMessage;
    const answerBy = deadline - Math.min(answerMs, reserveMs * ANSWER.share);
    await Promise.all([this.giveBack(unfinished, answerBy), run.recorded(Math.max(0, answerBy - performance.now()))]);
    return [...new Set(run.unfinished().map(({ delivery }) => delivery.messageId))];
  }

  private async passGate(patienceMs: number): Promise<void> {
    const { gate } = this.parts;
    // The gate rejects once a drain has abandoned it.
    const passed = gate.pass(0).catch(() => undefined);
    await endsWithin(passed, Math.min(MAX_PAUSE_MS, patienceMs));
    if (gate.isOpen) return;
    throw new EventRefused(`No jobs are taken in now: ${gate.pauseReasons.join(', ') || 'the consumer is stopping'}.`);
  }

  /** Gives back a few at a time, so that little is on its way at the end. The rest comes again when its lease ends. */
  private async giveBack(unfinished: readonly Unfinished[], answerBy: number): Promise<void> {
    for (let at = 0; at < unfinished.length && performance.now() < answerBy; at += PER_ROUND) {
      const round = unfinished.slice(at, at + PER_ROUND);
      const released = round.map(({ delivery, afterSeconds }) => this.parts.settlement.release(delivery, afterSeconds));
      await endsWithin(Promise.all(released), answerBy - performance.now());
    }
  }
}
