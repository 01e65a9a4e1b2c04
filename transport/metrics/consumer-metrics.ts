import { type Counter, type Histogram, type Labels, type Metrics } from './metrics';

/** In seconds: how long handlers take. Few bounds, since each is one line for every type in every scrape. */
const HANDLING_BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900];

/** In seconds: from no backlog to one of hours. */
const WAIT_BOUNDS = [0.01, 0.05, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900, 3_600, 21_600];

/** The label for every type and reason that is not known at the start. */
const OTHER = 'other';

/** The reasons by which the transport itself dead-letters. */
const REASONS = [
  'attempts',
  'conflict',
  'invalid',
  'malformed',
  'receives',
  'unknown-type',
  'unsettled',
  'unsupported-version',
];

const RECEIVES = ['full', 'partial', 'empty', 'failed'] as const;
const HANDLED = ['done', 'retry', 'reject', 'stopped'] as const;
const HEARTBEATS = ['extended', 'lost', 'unknown'] as const;

/**
 * Counts deliveries whose effect had happened already. An application that finds more of them counts them here, too.
 */
export const DUPLICATES = {
  name: 'plusone_duplicates_total',
  help: 'Deliveries of jobs that had come to their end or were in flight already, absorbed without a second effect.',
};

/** The counters of one type, looked up once per delivery. */
export interface TypeMetrics {
  readonly handled: Readonly<Record<(typeof HANDLED)[number], Counter>>;
  readonly handlingSeconds: Histogram;
  readonly timeInQueueSeconds: Histogram;
  readonly retries: Counter;
  readonly leasesLost: Counter;
  readonly duplicates: Counter;
}

/** What is read of a consumer at a scrape. */
export interface ConsumerGauges {
  readonly inFlight: () => number;
  readonly waiting: () => number;
  readonly permits: () => number;
  readonly permitsHeld: () => number;
  readonly deadLettersWaiting: () => number;
  readonly paused: () => number;
  readonly drainSeconds: () => number;
}

const GAUGES: Readonly<Record<keyof ConsumerGauges, readonly [name: string, help: string]>> = {
  inFlight: ['plusone_in_flight', 'Deliveries that were received and are not settled.'],
  waiting: ['plusone_waiting', 'Deliveries in flight that wait for their turn or a permit.'],
  permits: ['plusone_permits', 'Handlers that may run at once.'],
  permitsHeld: ['plusone_permits_held', 'Permits that are held by handlers that run or have not returned.'],
  deadLettersWaiting: ['plusone_dead_letters_waiting', 'Dead letters that the dead-letter queue does not take.'],
  paused: ['plusone_receiving_paused', '1 while receiving is paused, 0 while it is not.'],
  drainSeconds: ['plusone_drain_seconds', 'How long the drain has taken so far; 0 before it begins.'],
};

/** What the consumer of one queue counts. */
export class ConsumerMetrics {
  readonly receives: Readonly<Record<(typeof RECEIVES)[number], Counter>>;
  readonly received: Counter;
  readonly heartbeats: Readonly<Record<(typeof HEARTBEATS)[number], Counter>>;
  readonly deletesFailed: Counter;
  private readonly deadLetters: ReadonlyMap<string, Counter>;
  private readonly types = new Map<string, TypeMetrics>();
  private readonly otherType: TypeMetrics;
  private readonly otherReason: Counter;

  constructor(
    private readonly metrics: Metrics,
    /** `queue` where there are several. */
    private readonly labels: Labels = {},
    /** The reasons by which handlers dead-letter, beside the transport's own. */
    reasons: readonly string[] = [],
  ) {
    const of = { name: 'plusone_receives_total', help: 'Calls to receive messages, by what they brought.' };
    this.receives = this.byOutcome(RECEIVES, of);
    this.received = this.counter('plusone_received_messages_total', 'Messages received.');
    this.heartbeats = this.byOutcome(HEARTBEATS, {
      name: 'plusone_heartbeats_total',
      help: 'Extensions of leases that were asked for, by what SQS said.',
    });
    this.deletesFailed = this.counter('plusone_deletes_failed_total', 'Deletes that SQS refused or did not answer.');
    const ofReason = (reason: string): Counter =>
      this.counter('plusone_dead_letters_total', 'Messages moved to the dead-letter queue, by reason.', { reason });
    this.deadLetters = new Map([...REASONS, ...reasons].map((reason) => [reason, ofReason(reason)]));
    this.otherReason = ofReason(OTHER);
    this.otherType = this.makeType(OTHER);
  }

  /** From here on these types have numbers of their own. */
  knowTypes(types: Iterable<string>): void {
    for (const type of types) this.types.set(type, this.makeType(type));
  }

  ofType(type: string | undefined): TypeMetrics {
    return (type === undefined ? undefined : this.types.get(type)) ?? this.otherType;
  }

  receive(received: number, askedFor: number): void {
    const { full, partial, empty } = this.receives;
    (received === 0 ? empty : received < askedFor ? partial : full).add();
    this.received.add(received);
  }

  deadLetter(reason: string): void {
    (this.deadLetters.get(reason) ?? this.otherReason).add();
  }

  /** Writes what was counted now, since the process may be frozen next. */
  flush(): void {
    this.metrics.flush();
  }

  watch(gauges: ConsumerGauges): void {
    for (const [gauge, [name, help]] of Object.entries(GAUGES)) {
      this.metrics.gauge({ name, help }, gauges[gauge as keyof ConsumerGauges], this.labels);
    }
  }

  private makeType(type: string): TypeMetrics {
    const labels = { ...this.labels, type };
    const histogram = (name: string, help: string, bounds: readonly number[]): Histogram =>
      this.metrics.histogram({ name, help, bounds }, labels);
    return {
      handled: this.byOutcome(
        HANDLED,
        { name: 'plusone_handled_total', help: 'Runs that ended, by outcome.' },
        { type },
      ),
      handlingSeconds: histogram(
        'plusone_handling_seconds',
        'How long runs take, recording included.',
        HANDLING_BOUNDS,
      ),
      timeInQueueSeconds: histogram(
        'plusone_time_in_queue_seconds',
        'From the send of a message until its first run, any delay it was sent with included.',
        WAIT_BOUNDS,
      ),
      retries: this.counter('plusone_retries_total', 'Failed runs after which the job is tried again.', { type }),
      leasesLost: this.counter('plusone_leases_lost_total', 'Leases that were lost while in flight.', { type }),
      duplicates: this.metrics.counter(DUPLICATES, labels),
    };
  }

  private counter(name: string, help: string, labels: Labels = {}): Counter {
    return this.metrics.counter({ name, help }, { ...this.labels, ...labels });
  }

  private byOutcome<Outcome extends string>(
    outcomes: readonly Outcome[],
    { name, help }: { readonly name: string; readonly help: string },
    labels: Labels = {},
  ): Readonly<Record<Outcome, Counter>> {
    const counters = outcomes.map((outcome) => [outcome, this.counter(name, help, { ...labels, outcome })]);
    return Object.fromEntries(counters) as Record<Outcome, Counter>;
  }
}
