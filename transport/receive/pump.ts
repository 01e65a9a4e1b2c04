import { type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { toDeliveries } from '../delivery/delivery';
import { errorText } from '../delivery/error-text';
import { type ConsumerMetrics } from '../metrics/consumer-metrics';
import { type PollerLine } from '../run/poller-line';
import { type Worker } from '../run/worker';
import { queueFault } from '../sqs/errors';
import { isIntact } from '../sqs/md5';
import { type PollGate } from './poll-gate';

/**
 * Upper bound of the pollers of a queue. Ten were enough when measured (decision 7); the rest is for slower networks.
 */
export const MAX_POLLERS = 40;

/** The pause after a failed receive, doubling, with jitter, so that a broker that is back is found soon. */
const BACKOFF_MS = { first: 250, max: 8_000 };

/** After this many failed receives in a row the queue counts as not answering. */
const FAILING_AFTER = 3;

/**
 * A long poll that is empty sooner than this did not wait. Asking again at once would be hundreds of calls a second.
 */
const EMPTY_TOO_SOON_MS = 500;

/** The queue answered a long poll at once with nothing. */
class EmptyAnswer extends Error {
  readonly statusCode = 200;
}

interface Poller {
  /** `gate`: waits until it may receive; `asking`: waits for the queue; `between`: will soon be at the gate again. */
  state: 'gate' | 'asking' | 'between';
  /** By the monotonic clock. */
  since: number;
  /** Messages that it will ask for, or has asked for without an answer yet. */
  reserved: number;
}

/**
 * The receive side over `@ssut/nestjs-sqs`: N pollers on one queue that hand over what they receive and return at once,
 * so that no poll waits for a handler. Each asks for no more than admission says.
 */
export class Pump {
  private readonly logger = new Logger('Pump');
  private readonly pollers: Poller[];
  private readonly stopping = new AbortController();
  private shut = false;
  /** Failed receives since the last that succeeded. */
  private failures = 0;
  private lastFault = '';

  constructor(
    readonly count: number,
    private readonly parts: {
      readonly client: SQSClient;
      readonly gate: PollGate;
      readonly line: PollerLine;
      readonly worker: Pick<Worker, 'admit' | 'refuse'>;
      readonly metrics: ConsumerMetrics;
      readonly leaseSeconds: () => number;
    },
  ) {
    this.pollers = Array.from({ length: count }, () => ({
      state: 'between',
      since: performance.now(),
      reserved: 0,
    }));
  }

  /** How long, in ms, the slowest poller has not come back to the gate; 0 while all wait there, and once it is over. */
  pollAgeMs(): number {
    if (this.stopping.signal.aborted) return 0;
    const now = performance.now();
    return Math.max(0, ...this.pollers.map(({ state, since }) => (state === 'gate' ? 0 : now - since)));
  }

  /** Whether receives keep failing; one success of any poller ends it. */
  get failing(): boolean {
    return this.failures >= FAILING_AFTER;
  }

  /** Why they fail, in a sentence. */
  get fault(): string | undefined {
    return this.failing ? this.lastFault : undefined;
  }

  /**
   * Lets no poller ask any more. Resolves when none does, or after `graceMs`: an aborted poll may strand its messages.
   */
  async settleDown(graceMs: number): Promise<void> {
    this.shut = true;
    this.parts.gate.shut();
    const deadline = performance.now() + graceMs;
    while (this.pollers.some(({ state }) => state === 'asking') && performance.now() < deadline) await wait(20);
  }

  /** To be called once the poll loops are stopped: rejects pollers that still wait. */
  abandon(): void {
    const stopped = new Error('The poll loop has stopped.');
    this.stopping.abort(stopped);
    this.parts.gate.abandon(stopped);
    this.parts.line.close(stopped);
  }

  /** Called by the poll loop before each receive; resolves with one message or more reserved. */
  async beforeReceive(index: number): Promise<void> {
    const { gate, line } = this.parts;
    const poller = this.poller(index);
    enter(poller, 'gate');
    if (this.failures > 0) await wait(backoffMs(this.failures), undefined, { signal: this.stopping.signal });
    for (;;) {
      await gate.pass(index);
      poller.reserved = await line.ask();
      if (gate.isOpenFor(index)) break;
      this.unreserve(poller);
    }
    enter(poller, 'asking');
  }

  /**
   * sqs-consumer asks for a fixed number of messages; through this client a poller asks for what it has reserved.
   * After a failure it does not wait long for messages, so that it is soon known whether the queue is back.
   */
  clientOf(index: number): SQSClient {
    const { client } = this.parts;
    const send = (command: ReceiveMessageCommand, options: { abortSignal: AbortSignal }): unknown => {
      const input = {
        ...command.input,
        MaxNumberOfMessages: this.poller(index).reserved,
        // Asks for the lease that heartbeats count with, even if the queue's attribute has changed since.
        VisibilityTimeout: this.parts.leaseSeconds(),
      };
      if (this.failures > 0) input.WaitTimeSeconds = 1;
      return client.send(new ReceiveMessageCommand(input), options);
    };
    return Object.create(client, { send: { value: send } }) as SQSClient;
  }

  received(index: number, received: readonly Message[]): void {
    const messages = received.filter(isUsable);
    if (messages.length < received.length) {
      this.logger.error(
        `${received.length - messages.length} messages came without id or damaged, and were left in the queue.`,
      );
    }
    const { gate, worker } = this.parts;
    for (const delivery of toDeliveries(messages)) {
      if (gate.isOpen) worker.admit(delivery);
      else worker.refuse(delivery);
    }
    this.answered(this.poller(index), received.length);
  }

  empty(index: number): void {
    const poller = this.poller(index);
    const tookMs = performance.now() - poller.since;
    if (poller.state === 'asking' && tookMs < EMPTY_TOO_SOON_MS && !this.shut) {
      this.failed(index, new EmptyAnswer('an empty answer at once, though it was asked to wait'));
    } else this.answered(poller, 0);
  }

  failed(index: number, error: unknown): void {
    const poller = this.poller(index);
    const asking = poller.state === 'asking';
    this.leave(poller);
    if (!asking || this.shut) return;
    this.failures += 1;
    this.parts.metrics.receives.failed.add();
    this.lastFault = queueFault(error);
    // One poller is enough to find out when the queue is back.
    this.parts.gate.adapt(0, 1);
    if (this.failures === 1) this.logger.warn(`A receive failed, polling goes on: ${errorText(error)}`);
  }

  private answered(poller: Poller, received: number): void {
    if (this.failures > 0) this.logger.log('Receives succeed again.');
    this.failures = 0;
    this.parts.metrics.receive(received, poller.reserved);
    this.parts.gate.adapt(received, poller.reserved);
    this.leave(poller);
  }

  private leave(poller: Poller): void {
    this.unreserve(poller);
    enter(poller, 'between');
  }

  private unreserve(poller: Poller): void {
    const { reserved } = poller;
    poller.reserved = 0;
    this.parts.line.answered(reserved);
  }

  private poller(index: number): Poller {
    const poller = this.pollers[index];
    if (!poller) throw new RangeError(`There is no poller ${index}.`);
    return poller;
  }
}

function enter(poller: Poller, state: Poller['state']): void {
  poller.state = state;
  poller.since = performance.now();
}

/** A random pause between half of the doubled pause and all of it. */
export function backoffMs(failures: number): number {
  return Math.min(BACKOFF_MS.max, BACKOFF_MS.first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** Whether a message can be settled and is intact. */
const isUsable = ({ MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody }: Message): boolean =>
  MessageId !== '' && ReceiptHandle !== '' && isIntact(Body, MD5OfBody);
