import { type SQSClient } from '@aws-sdk/client-sqs';
import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { errorText } from '../delivery/error-text';
import { queueFault, WiringError } from '../sqs/errors';
import { type QueueFacts, readQueueFacts } from '../sqs/queue-facts';
import { type PollGate } from './poll-gate';

/** Used until the queue has told its visibility timeout; before that nothing is received. */
const LEASE_SECONDS = 30;

/** The pause between two tries to reach the queue, doubling. */
const RETRY_MS = { first: 250, max: 5_000 };

interface OpeningParts {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** The lease to ask for; undefined: the queue's own visibility timeout. */
  readonly leaseSeconds: number | undefined;
  readonly gate: PollGate;
}

/** Unlocks the gate once the queue has said its visibility timeout: then polling begins. */
export class Opening {
  /** Why it is not open, in a sentence. */
  notOpen: string | undefined = 'The queue does not answer.';
  /** The lease of a delivery. */
  leaseSeconds = LEASE_SECONDS;
  private readonly logger = new Logger('SqsTransport');
  private readonly stopping = new AbortController();

  constructor(private readonly parts: OpeningParts) {}

  /** Unlocks at once, for events, which need nothing from the queue. */
  unlock(): void {
    this.parts.gate.unlock();
    this.notOpen = undefined;
  }

  /** Tries until the queue has answered; `stop` ends the tries. */
  async askAndUnlock(): Promise<void> {
    const { client, queueUrl } = this.parts;
    const { signal } = this.stopping;
    for (let retryMs = RETRY_MS.first; ; retryMs = Math.min(retryMs * 2, RETRY_MS.max)) {
      try {
        this.take(await readQueueFacts(client, queueUrl, signal));
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.notOpen = error instanceof WiringError ? error.message : queueFault(error);
        this.logger.warn(`Polling has not begun, trying again: ${errorText(error)}`);
      }
      await wait(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  private take({ visibilityTimeoutSeconds, redrives }: QueueFacts): void {
    if (visibilityTimeoutSeconds === 0) {
      throw new WiringError(
        'The queue has a visibility timeout of 0 s, so each consumer would get each message. Raise it.',
      );
    }
    this.leaseSeconds = this.parts.leaseSeconds ?? visibilityTimeoutSeconds;
    if (!redrives) this.logger.warn('The queue has no redrive policy, the backstop for what nothing here can settle.');
    this.unlock();
  }
}
