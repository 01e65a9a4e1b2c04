import { Logger } from '@nestjs/common';
import { type Delivery } from '../delivery/delivery';
import { errorText } from '../delivery/error-text';
import { Admission } from '../run/admission';
import { DrainDeadline } from '../delivery/handler';
import { type FlightOf, type InFlight } from '../delivery/in-flight';
import { RELEASE, Runner, type RunParts } from '../run/runner';
import { type DeadLetterQueue } from '../settle/dead-letter-queue';
import { type SettledListeners } from '../settle/settled-listeners';

export interface EventRunParts extends RunParts {
  readonly flightOf: FlightOf;
  readonly deadLetters: DeadLetterQueue;
  readonly settled: SettledListeners;
  /** Handlers that run at once. */
  readonly concurrency: number;
}

/** A delivery of the event, and what became of it. */
interface Entry {
  readonly flight: InFlight;
  /** `unfinished`: it has to come again, after `afterSeconds`. */
  state: 'unfinished' | 'ended';
  afterSeconds: number;
}

/** What has to come again, and when. */
export interface Unfinished {
  readonly delivery: Delivery;
  readonly afterSeconds: number;
}

/** No lease is kept during an event: the queue's visibility timeout is longer than an event may take. */
const LEASE_SECONDS = Infinity;

/**
 * Works through one event, without heartbeats or another consumer. Each FIFO group, and each delivery of a standard
 * queue, is run in order until one of it has to come again.
 */
export class EventRun {
  private readonly logger = new Logger('EventRun');
  private readonly admission: Admission;
  private readonly runner: Runner;
  private readonly lines: readonly Entry[][];
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    deliveries: readonly Delivery[],
    private readonly parts: EventRunParts,
  ) {
    this.admission = new Admission(parts.concurrency);
    const returnedLate = (): Promise<void> => Promise.resolve();
    this.runner = new Runner({ ...parts, admission: this.admission, mayBegin: () => true, returnedLate });
    this.lines = inLines(deliveries).map((line) =>
      line.map((delivery) => ({
        flight: parts.flightOf(delivery, LEASE_SECONDS),
        state: 'unfinished',
        afterSeconds: 0,
      })),
    );
  }

  /** Resolves when all is done. After `ms` handlers get their signal, and up to `graceMs` to obey it. */
  async within(ms: number, graceMs: number): Promise<void> {
    this.work = Promise.all(this.lines.map((line) => this.runLine(line)));
    if (await endsWithin(this.work, ms)) return;
    this.admission.endWaits();
    for (const { flight } of this.lines.flat()) flight.abort(new DrainDeadline('The time of the event is over.'));
    if (await endsWithin(this.work, graceMs)) return;
    for (const { flight } of this.lines.flat()) flight.giveUp();
  }

  /** Resolves once everything begun is recorded, such as a note that is taken back, or after `ms`. */
  async recorded(ms: number): Promise<void> {
    await endsWithin(this.work, ms);
  }

  /** What has to come again. The members of a FIFO group come no sooner than its first. */
  unfinished(): Unfinished[] {
    return this.lines.flatMap((line) => {
      const unfinished = line.filter(({ state }) => state === 'unfinished');
      const afterSeconds = unfinished[0]?.afterSeconds ?? 0;
      return unfinished.map(({ flight: { delivery } }) => ({ delivery, afterSeconds }));
    });
  }

  private async runLine(line: readonly Entry[]): Promise<void> {
    for (const entry of line) {
      this.admission.admit(entry.flight);
      await this.conclude(entry).catch((error: unknown) => {
        this.logger.error(`Could not settle ${entry.flight.delivery.messageId}: ${errorText(error)}`);
      });
      if (entry.flight.phase !== 'overdue') this.admission.leave(entry.flight);
      if (entry.state === 'unfinished') return;
    }
  }

  private async conclude(entry: Entry): Promise<void> {
    const { flight } = entry;
    // Only the end of the event ends the wait for a permit.
    let decision = await this.runner.decide(flight, Infinity);
    if (flight.phase !== 'overdue') this.admission.enter(flight, 'settling');
    if (decision.action === 'dead-letter') {
      const moved = await this.parts.deadLetters.move(flight, decision, { ending: this.admission.ending });
      if (moved === 'unfinished') decision = RELEASE;
    }
    if (decision.action === 'retry') entry.afterSeconds = decision.afterSeconds;
    else if (decision.action !== 'release') entry.state = 'ended';
    this.parts.settled.tell(flight, decision);
  }
}

/** Groups the deliveries that have to run one after the other: those of a FIFO group. Any other stands alone. */
function inLines(deliveries: readonly Delivery[]): Delivery[][] {
  const lines = new Map<string | Delivery, Delivery[]>();
  for (const delivery of deliveries) {
    const { orderedGroup = delivery } = delivery;
    const line = lines.get(orderedGroup);
    if (line) line.push(delivery);
    else lines.set(orderedGroup, [delivery]);
  }
  return [...lines.values()];
}

/** Whether `work` ends within `ms`. */
export function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, ms);
    void work.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
