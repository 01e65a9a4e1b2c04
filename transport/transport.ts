import { type Message, type SQSClient } from '@aws-sdk/client-sqs';
import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type Attempts } from './delivery/attempts';
import { type QueueNumbers } from './delivery/numbers';
import { createPollClient, createWorkClient, type ClientOptions } from './sqs/clients';
import { DeadLetterQueue } from './settle/dead-letter-queue';
import { toDelivery, type Delivery } from './delivery/delivery';
import { Engine } from './run/engine';
import { EventIntake } from './events/event-intake';
import { Gate } from './receive/poll-gate';
import { Heartbeats } from './run/heartbeats';
import { errorText } from './delivery/outcome';
import { MAX_POLLERS, Pump } from './receive/pump';
import { readQueueFacts, type QueueFacts } from './sqs/queue-facts';
import { Room } from './run/room';
import { type Handle } from './run/runs';
import { Sender } from './sqs/sender';
import { type SettledListener, SettledListeners } from './settle/settled-listeners';
import { Settlement } from './settle/settlement';

export interface TransportOptions extends ClientOptions {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Handlers that run at once, at most; up to twice as many deliveries more are on their way to one, or being settled. */
  readonly concurrency: number;
  /** Long-polling receive loops at most; one while idle. 0: none, deliveries come in by `take`. */
  readonly pollers: number;
  readonly numbers: QueueNumbers;
}

/** What ssut made for a poller, as far as the transport needs it. */
interface PollLoop {
  readonly instance: {
    stop(options: { abort: boolean }): void;
  };
}

export interface TransportStatus {
  /** The queue has been reached, and polling has begun. */
  readonly open: boolean;
  readonly stopping: boolean;
  /** Receives keep failing. */
  readonly failing: boolean;
  readonly pauses: readonly string[];
  /** How long the slowest poller has waited for the queue; 0 while all wait for leave. */
  readonly pollAgeMs: number;
  readonly inFlight: number;
}

/** Running polls get this long to end by themselves at a drain. */
const SETTLE_DOWN_MS = 1_000;

/** Of the drain's time: for polls to settle down, for handlers to heed the signal, and for the last settlements. */
const DRAIN_RESERVE_MS = SETTLE_DOWN_MS + 3_000;

/** The consumer's transport as a whole: start, drain, health and the two hooks. Everything else hangs below it. */
export class SqsTransport {
  readonly pump: Pump;
  readonly pollClient: SQSClient;
  private readonly logger = new Logger('SqsTransport');
  private readonly workClient: SQSClient;
  private readonly gate: Gate;
  private readonly settlement: Settlement;
  private readonly deadLetters: DeadLetterQueue;
  private readonly engine: Engine;
  private readonly events: EventIntake;
  private readonly settled = new SettledListeners();
  private visibilitySeconds: number;
  private handle: Handle | undefined;
  private pollLoops: readonly PollLoop[] = [];
  private open = false;
  private draining: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    readonly options: TransportOptions,
    attempts: Attempts,
  ) {
    const { queueUrl, deadLetterQueueUrl, numbers, concurrency } = options;
    const pollers = Math.min(options.pollers, MAX_POLLERS, Math.ceil(concurrency / 10));
    this.visibilitySeconds = numbers.visibilityTimeoutSeconds;
    this.pollClient = createPollClient(options, pollers, numbers.receiveWaitSeconds);
    this.workClient = createWorkClient(options);
    this.settlement = new Settlement(this.workClient, queueUrl);
    this.deadLetters = new DeadLetterQueue(new Sender(this.workClient, deadLetterQueueUrl), attempts);
    const room = new Room(concurrency);
    const visibilitySeconds = (): number => this.visibilitySeconds;
    const heartbeats = new Heartbeats(this.settlement, visibilitySeconds);
    const { settlement, deadLetters, settled } = this;
    const handle: Handle = (delivery, run) =>
      this.handle ? this.handle(delivery, run) : Promise.reject(new Error('not started'));
    const parts = { settlement, deadLetters, attempts, numbers, settled, concurrency };
    this.engine = new Engine({ ...parts, heartbeats, room, holdsGroups: true }, handle);
    this.gate = new Gate(pollers);
    this.events = new EventIntake({ ...parts, gate: this.gate }, handle);
    this.pump = new Pump(pollers, { gate: this.gate, room, intake: this, visibilitySeconds });
  }

  /** Called once the application is up. Polling begins when the queue has told its visibility timeout. */
  start(handle: Handle, pollLoops: Iterable<PollLoop>): void {
    this.handle = handle;
    this.pollLoops = [...pollLoops];
    if (this.pump.count === 0) this.openToAll();
    else void this.openGate();
  }

  /**
   * Takes in what someone else received and will delete. Resolves, before `deadline` (milliseconds since the epoch), to
   * the MessageIds of what must not be deleted; rejects when nothing was begun.
   */
  take(messages: readonly Message[], deadline: number): Promise<string[]> {
    return this.events.take(this.toDeliveries(messages), deadline);
  }

  /** Told of every settled delivery. */
  onSettled(listener: SettledListener): void {
    this.settled.add(listener);
  }

  /** No new receives until every reason given is resumed; what is in flight goes on. */
  pause(reason: string): void {
    this.gate.pause(reason);
  }

  resume(reason: string): void {
    this.gate.resume(reason);
  }

  status(): TransportStatus {
    return {
      open: this.open,
      stopping: this.draining !== undefined,
      failing: this.pump.failing,
      pauses: this.gate.pauseReasons,
      pollAgeMs: this.pump.pollAgeMs(Date.now()),
      inFlight: this.engine.inFlight,
    };
  }

  /** Handlers that were told to stop and never returned; they alone can keep the process alive after a drain. */
  get unreturned(): number {
    return this.engine.unreturned;
  }

  admit(messages: readonly Message[]): void {
    for (const delivery of this.toDeliveries(messages)) this.engine.admit(delivery);
  }

  refuse(messages: readonly Message[]): void {
    for (const delivery of this.toDeliveries(messages)) void this.settlement.release(delivery, 0);
  }

  private toDeliveries(messages: readonly Message[]): Delivery[] {
    const now = Date.now();
    return messages.map((message) => toDelivery(message, this.options.queueUrl, now));
  }

  /** Stop receiving, finish what is in flight, settle it, close. Idempotent: every caller gets the one drain. */
  drain(): Promise<void> {
    this.draining ??= this.drainOnce();
    return this.draining;
  }

  private async drainOnce(): Promise<void> {
    this.stopping.abort();
    await this.pump.settleDown(SETTLE_DOWN_MS);
    // Once, with abort: after a plain stop an abort does nothing.
    for (const { instance } of this.pollLoops) instance.stop({ abort: true });
    this.pump.abandon();
    await this.engine.drain(Math.max(0, this.options.numbers.drainSeconds * 1_000 - DRAIN_RESERVE_MS));
    await this.events.drain();
    await this.settlement.flush();
    await this.deadLetters.close();
    this.pollClient.destroy();
    this.workClient.destroy();
  }

  /** Tries until the queue has told its facts; a drain ends the tries. */
  private async openGate(): Promise<void> {
    const { signal } = this.stopping;
    for (let retryMs = 250; ; retryMs = Math.min(retryMs * 2, 5_000)) {
      try {
        this.begin(await readQueueFacts(this.workClient, this.options.queueUrl, signal));
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.logger.warn(`The queue cannot be reached, trying again: ${errorText(error)}`);
      }
      await wait(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private begin({ visibilityTimeoutSeconds, redrives }: QueueFacts): void {
    this.visibilitySeconds = visibilityTimeoutSeconds;
    if (!redrives)
      this.logger.warn('The queue has no redrive policy, the backstop for messages that nobody can settle.');
    this.openToAll();
  }

  private openToAll(): void {
    this.gate.unlock();
    this.open = true;
  }
}
