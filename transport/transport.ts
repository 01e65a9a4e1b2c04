import { type SQSClient } from '@aws-sdk/client-sqs';
import { type Attempts } from './delivery/attempts';
import { type Delivery } from './delivery/delivery';
import { type QueueNumbers } from './delivery/policy';
import { EventIntake } from './events/event-intake';
import { type PartialBatchResponse, QueueConsumer, type QueueStatus } from './queue-consumer';
import { Opening } from './receive/opening';
import { type ConsumerMetrics } from './metrics/consumer-metrics';
import { MAX_POLLERS, Pump } from './receive/pump';
import { PollGate } from './receive/poll-gate';
import { Admission } from './run/admission';
import { type Handle, type Handlers } from './delivery/handler';
import { InFlight } from './delivery/in-flight';
import { Worker } from './run/worker';
import { DeadLetterQueue } from './settle/dead-letter-queue';
import { FailureLog } from './settle/failure-log';
import { type SettledListener, SettledListeners } from './settle/settled-listeners';
import { Settlement } from './settle/settlement';
import { type ClientOptions, createPollClient, createWorkClient } from './sqs/clients';
import { WiringError } from './sqs/errors';
import { isSameQueue } from './sqs/same-queue';
import { Sender } from './sqs/sender';
import { QueueSpans } from './traces/queue-spans';

export interface TransportOptions extends ClientOptions, QueueNumbers {
  readonly deadLetterQueueUrl: string;
  readonly metrics: ConsumerMetrics;
}

/** How long running polls have to end by themselves at a drain. */
const SETTLE_DOWN_MS = 1_000;

/**
 * The part of a drain's time for polls to settle down, for handlers to obey the signal, and for the last settlements.
 */
const DRAIN_RESERVE_MS = SETTLE_DOWN_MS + 3_000;

/** How long after a pause deliveries that are here are still begun. */
const BEGINS_WHILE_PAUSED_MS = 2_000;

/** A poll is answered, or has failed, within 26 s. A poller that has had no answer for this long has died. */
const POLL_AGE_LIMIT_MS = 45_000;

const OWN_DEAD_LETTERS = 'The dead-letter queue is the queue itself: every dead letter would come back; name another.';

const notStarted = (): never => {
  throw new Error('not started');
};
const NOT_STARTED: Handlers = { handle: notStarted, policyOf: notStarted, defaultType: undefined, types: [] };

/** The consumer as a whole: start, drain, health. Everything else hangs below it. */
export class SqsTransport extends QueueConsumer {
  readonly pump: Pump;
  private readonly pollClient: SQSClient;
  private readonly workClient: SQSClient;
  private readonly deadLetterClient: SQSClient;
  private readonly gate: PollGate;
  private readonly opening: Opening;
  private readonly admission: Admission;
  private readonly settlement: Settlement;
  private readonly deadLetters: DeadLetterQueue;
  private readonly worker: Worker;
  private readonly events: EventIntake;
  private readonly settled = new SettledListeners();
  private readonly log: FailureLog;
  private handlers: Handlers = NOT_STARTED;
  private stopPolling = (): void => undefined;
  private draining: Promise<void> | undefined;
  /** By the monotonic clock; undefined before a drain. */
  private drainBeganAt: number | undefined;
  private drainEndedAt: number | undefined;

  constructor(
    readonly options: TransportOptions,
    attempts: Attempts,
  ) {
    super();
    const { queueUrl, deadLetterQueueUrl, concurrency, metrics } = options;
    if (isSameQueue(queueUrl, deadLetterQueueUrl)) throw new WiringError(OWN_DEAD_LETTERS);
    const pollers = Math.min(options.pollers, MAX_POLLERS, Math.ceil(concurrency / 10));
    this.pollClient = createPollClient(options, pollers, options.receiveWaitSeconds);
    this.workClient = createWorkClient(options);
    this.settlement = new Settlement(this.workClient, queueUrl, metrics);
    this.deadLetterClient = createWorkClient({ ...options, queueUrl: deadLetterQueueUrl });
    this.log = new FailureLog(attempts);
    const letters = new Sender(this.deadLetterClient, deadLetterQueueUrl);
    this.deadLetters = new DeadLetterQueue(letters, { attempts, metrics, log: this.log });
    this.gate = new PollGate(pollers);
    this.admission = new Admission(concurrency);
    const { settlement, deadLetters, settled, gate, admission, log } = this;
    const opening = new Opening({ client: this.workClient, queueUrl, leaseSeconds: options.leaseSeconds, gate });
    this.opening = opening;
    const leaseSeconds = (): number => opening.leaseSeconds;
    const mayBegin = (): boolean => gate.pausedMs < BEGINS_WHILE_PAUSED_MS;
    const handle: Handle = (delivery, run) => this.handlers.handle(delivery, run);
    const flightOf = this.flightOf.bind(this);
    const spans = new QueueSpans(queueUrl, (delivery) => attempts.jobId(delivery));
    const parts = { handle, spans, flightOf, settlement, deadLetters, attempts, settled, log };
    this.worker = new Worker({ ...parts, admission, leaseSeconds, mayBegin });
    this.events = new EventIntake({ ...parts, concurrency, gate });
    const { pollClient: client, worker } = this;
    this.pump = new Pump(pollers, { client, gate, line: admission.pollers, worker, metrics, leaseSeconds });
  }

  /** Called once the application is up. */
  start(handlers: Handlers, stopPolling: () => void): void {
    this.handlers = handlers;
    this.options.metrics.knowTypes(handlers.types);
    this.watch();
    this.log.defaultType = handlers.defaultType;
    this.stopPolling = stopPolling;
    if (this.pump.count === 0) this.opening.unlock();
    else void this.opening.askAndUnlock();
  }

  async takeEvent(event: unknown, withinMs: number): Promise<PartialBatchResponse> {
    try {
      const notDone = await this.events.take(event, withinMs);
      return { batchItemFailures: notDone.map((itemIdentifier) => ({ itemIdentifier })) };
    } finally {
      // Between two events a function's timers stand still.
      this.log.flush();
      this.options.metrics.flush();
    }
  }

  onSettled(listener: SettledListener): void {
    this.settled.add(listener);
  }

  pause(reason: string): void {
    this.gate.pause(reason);
  }

  resume(reason: string): void {
    this.gate.resume(reason);
  }

  status(): QueueStatus {
    const pollAgeMs = this.pump.pollAgeMs();
    const { stuckMs, isStuck } = this.admission;
    const { notOpen } = this.opening;
    return {
      open: notOpen === undefined,
      notOpen,
      stopping: this.draining !== undefined,
      failing: this.pump.failing,
      fault: this.pump.fault,
      hung: pollAgeMs > POLL_AGE_LIMIT_MS || isStuck,
      pauses: this.gate.pauseReasons,
      pollAgeMs,
      inFlight: this.worker.inFlight,
      stuckMs,
      deadLettersRefused: this.deadLetters.refused,
    };
  }

  get unreturned(): number {
    return this.admission.unreturned;
  }

  drain(): Promise<void> {
    this.draining ??= this.drainOnce();
    return this.draining;
  }

  private flightOf(delivery: Delivery, leaseSeconds: number): InFlight {
    const { policyOf, defaultType } = this.handlers;
    const counts = this.options.metrics.ofType(delivery.type ?? defaultType);
    return new InFlight(delivery, { policy: policyOf(delivery), counts, leaseSeconds });
  }

  private watch(): void {
    const { admission, deadLetters, gate, worker, options } = this;
    options.metrics.watch({
      inFlight: () => worker.inFlight,
      waiting: () => admission.waiting,
      permits: () => options.concurrency,
      permitsHeld: () => admission.permitsHeld,
      deadLettersWaiting: () => deadLetters.refused,
      paused: () => (gate.pauseReasons.length > 0 ? 1 : 0),
      drainSeconds: () => this.drainMs() / 1_000,
    });
  }

  private drainMs(): number {
    const now = performance.now();
    return (this.drainEndedAt ?? now) - (this.drainBeganAt ?? now);
  }

  private async drainOnce(): Promise<void> {
    this.drainBeganAt = performance.now();
    this.opening.stop();
    await this.pump.settleDown(SETTLE_DOWN_MS);
    this.stopPolling();
    this.pump.abandon();
    await this.worker.drain(Math.max(0, this.options.drainSeconds * 1_000 - DRAIN_RESERVE_MS));
    await this.events.drain();
    await this.settlement.flush();
    this.log.flush();
    this.pollClient.destroy();
    this.workClient.destroy();
    this.deadLetterClient.destroy();
    this.drainEndedAt = performance.now();
  }
}
