import { ReceiveMessageCommand, type Message, type SQSClient } from '@aws-sdk/client-sqs';
import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type Gate } from './poll-gate';
import { errorText } from '../delivery/outcome';
import { type Room } from '../run/room';

/** More long polls than this on one queue bring nothing: four did as well as eight when measured. */
export const MAX_POLLERS = 40;

/** After failed receives: 0.25 s, doubling to at most 8 s, with jitter, so that a broker that is back is found soon. */
const BACKOFF_MS = { first: 250, most: 8_000 };

const FAILING_AFTER = 3;

/** Where received messages go. */
export interface Intake {
  /** Takes messages in; there is room taken for each. */
  admit(messages: readonly Message[]): void;
  /** Gives messages back that arrived after the gate was shut. */
  refuse(messages: readonly Message[]): void;
}

interface Poller {
  /** `gate`: waits for leave to receive; `asking`: waits for the queue; `between`: soon at the gate again. */
  state: 'gate' | 'asking' | 'between';
  /** Milliseconds since the epoch. */
  since: number;
  /** Room taken for the receive on its way. */
  reserved: number;
}

/**
 * The receive side over `@ssut/nestjs-sqs`: N pollers on one queue that hand over what they receive and return at once,
 * so that no poll waits for a handler. Each reserves room for what it asks for.
 */
export class Pump {
  private readonly logger = new Logger('Pump');
  private readonly pollers: Poller[];
  private readonly stopping = new AbortController();
  private shut = false;
  /** Failed receives since the last that succeeded. */
  private failures = 0;

  constructor(
    readonly count: number,
    private readonly parts: {
      readonly gate: Gate;
      readonly room: Room;
      readonly intake: Intake;
      readonly visibilitySeconds: () => number;
    },
  ) {
    this.pollers = Array.from({ length: count }, () => ({
      state: 'between',
      since: Date.now(),
      reserved: 0,
    }));
  }

  /** Milliseconds since the poller that is longest without an answer of the queue asked; 0 while all wait for leave. */
  pollAgeMs(now: number): number {
    return Math.max(0, ...this.pollers.map(({ state, since }) => (state === 'gate' ? 0 : now - since)));
  }

  /** Receives keep failing; one that succeeds, of whichever poller, ends it. */
  get failing(): boolean {
    return this.failures >= FAILING_AFTER;
  }

  /** Lets no poller ask any more; resolves when none asks, or after `graceMs`: an aborted poll may strand its messages. */
  async settleDown(graceMs: number): Promise<void> {
    this.shut = true;
    this.parts.gate.shut();
    const deadline = Date.now() + graceMs;
    while (this.pollers.some(({ state }) => state === 'asking') && Date.now() < deadline) await wait(20);
  }

  /** After the poll loops were stopped. */
  abandon(): void {
    const stopped = new Error('The poll loop has stopped.');
    this.stopping.abort(stopped);
    this.parts.gate.abandon(stopped);
    this.parts.room.close(stopped);
  }

  /** Called by the poll loop before each receive; resolves with room for at least one message reserved. */
  async beforeReceive(index: number): Promise<void> {
    const { gate, room } = this.parts;
    const poller = this.poller(index);
    enter(poller, 'gate');
    if (this.failures > 0) await wait(backoffMs(this.failures), undefined, { signal: this.stopping.signal });
    for (;;) {
      await gate.pass(index);
      poller.reserved = await room.acquire();
      if (gate.isOpenFor(index)) break;
      this.giveBack(poller, 0);
    }
    enter(poller, 'asking');
  }

  /**
   * sqs-consumer asks for a fixed number of messages; through this client a poller asks for what it has room for.
   * After a failure it does not wait long for messages, so that it is soon known whether the queue is back.
   */
  clientOf(index: number, client: SQSClient): SQSClient {
    const send = (command: ReceiveMessageCommand, options: { abortSignal: AbortSignal }): unknown => {
      const input = {
        ...command.input,
        MaxNumberOfMessages: this.poller(index).reserved,
        // What the lease is believed to be is what is asked for, even if the queue's attribute changed since.
        VisibilityTimeout: this.parts.visibilitySeconds(),
      };
      if (this.failures > 0) input.WaitTimeSeconds = 1;
      return client.send(new ReceiveMessageCommand(input), options);
    };
    return Object.create(client, { send: { value: send } }) as SQSClient;
  }

  received(index: number, messages: readonly Message[]): void {
    this.answered(index, messages.length);
    if (this.shut) {
      this.parts.room.release(messages.length);
      this.parts.intake.refuse(messages);
    } else this.parts.intake.admit(messages);
  }

  empty(index: number): void {
    this.answered(index, 0);
  }

  failed(index: number, error: unknown): void {
    const poller = this.poller(index);
    const asking = poller.state === 'asking';
    this.leave(poller, 0);
    if (!asking || this.shut) return;
    this.failures += 1;
    // One poller is enough to find out when the queue is back.
    this.parts.gate.adapt(0, 1);
    if (this.failures === 1) this.logger.warn(`A receive failed, polling goes on: ${errorText(error)}`);
  }

  private answered(index: number, received: number): void {
    const poller = this.poller(index);
    if (this.failures > 0) this.logger.log('Receives succeed again.');
    this.failures = 0;
    this.parts.gate.adapt(received, poller.reserved);
    this.leave(poller, received);
  }

  private leave(poller: Poller, received: number): void {
    this.giveBack(poller, received);
    enter(poller, 'between');
  }

  private giveBack(poller: Poller, used: number): void {
    const unused = poller.reserved - used;
    poller.reserved = 0;
    this.parts.room.release(unused);
  }

  private poller(index: number): Poller {
    const poller = this.pollers[index];
    if (!poller) throw new RangeError(`There is no poller ${index}.`);
    return poller;
  }
}

function enter(poller: Poller, state: Poller['state']): void {
  poller.state = state;
  poller.since = Date.now();
}

/** Between half of and the whole of the doubled wait. */
function backoffMs(failures: number): number {
  return Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}
