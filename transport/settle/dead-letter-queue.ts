import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type Attempts } from '../delivery/attempts';
import { asItCame, type DeadLetter, describeDeadLetter, withWhy } from '../delivery/dead-letter';
import { type Delivery } from '../delivery/delivery';
import { errorText } from '../delivery/error-text';
import { type ConsumerMetrics } from '../metrics/consumer-metrics';
import { askPatiently } from '../run/ask-patiently';
import { MessageRefused } from '../sqs/errors';
import { type Sender } from '../sqs/sender';

/** The pause before a dead letter is sent again, doubling. */
const TRY_AGAIN_MS = { first: 5_000, max: 300_000 };

/** How soon a drain or a lost lease is noticed meanwhile. */
const LOOK_MS = 500;

/** A dead letter on its way, and whether it is still this process's to send. */
interface Moving {
  readonly delivery: Delivery;
  readonly isOurs: boolean;
}

export interface MoveOptions {
  /** Aborted when waiting is over. */
  readonly ending: AbortSignal;
  /** Called if the dead letter has to wait, once its record says `failed`. */
  readonly recorded?: () => void;
}

/**
 * Moves deliveries to the dead-letter queue: sent there, reported to the attempts port, then deleted at the source by
 * the caller. Whatever fails in between, the message is still in its queue: it may be dead-lettered twice, and is never
 * lost.
 */
export class DeadLetterQueue {
  private readonly logger = new Logger('DeadLetterQueue');
  private refusedNow = 0;
  /** The log has reported the outage, and some letters still wait. */
  private told = false;

  constructor(
    private readonly sender: Sender,
    private readonly attempts: Attempts,
    private readonly metrics: Pick<ConsumerMetrics, 'deadLetter'>,
  ) {}

  /** Dead letters that wait because the queue did not take them. */
  get refused(): number {
    return this.refusedNow;
  }

  /**
   * `ended`: it is in the dead-letter queue, and its record says so. `left`: the lease is lost, or the time is over.
   */
  async move(
    moving: Moving,
    why: Pick<DeadLetter, 'reason' | 'error' | 'publicError' | 'attempts'>,
    { ending, recorded }: MoveOptions,
  ): Promise<'ended' | 'left'> {
    const { delivery } = moving;
    const letter = describeDeadLetter(delivery, why, this.attempts.jobId(delivery));
    const record = (sent: boolean): Promise<'ended' | 'not-ours'> =>
      askPatiently(moving, () => this.attempts.deadLettered(delivery, letter, sent).then(() => 'ended'));
    if ((await this.send(delivery, letter)) === 'refused') {
      this.refusedNow += 1;
      try {
        if ((await record(false)) === 'ended') recorded?.();
        if ((await this.sendPatiently(moving, letter, ending)) === 'left') return 'left';
      } finally {
        this.refusedNow -= 1;
        if (this.refusedNow === 0) this.told = false;
      }
    }
    if ((await record(true)) !== 'ended') return 'left';
    this.metrics.deadLetter(letter.reason);
    return 'ended';
  }

  private async sendPatiently(moving: Moving, letter: DeadLetter, ending: AbortSignal): Promise<'sent' | 'left'> {
    for (let waitMs = TRY_AGAIN_MS.first; ; waitMs = Math.min(waitMs * 2, TRY_AGAIN_MS.max)) {
      for (const until = performance.now() + waitMs; performance.now() < until;) {
        if (ending.aborted || !moving.isOurs) return 'left';
        await wait(LOOK_MS, undefined, { signal: ending }).catch(() => undefined);
      }
      if ((await this.send(moving.delivery, letter)) === 'sent') return 'sent';
    }
  }

  /** Sends the letter with the why or, if SQS refuses that, as it came; then only the record has the why. */
  private async send(delivery: Delivery, letter: DeadLetter): Promise<'sent' | 'refused'> {
    let message = withWhy(delivery, letter) ?? asItCame(delivery);
    for (let tries = 1; ; tries += 1) {
      try {
        await this.sender.send(message);
        return 'sent';
      } catch (error) {
        message = asItCame(delivery);
        if (tries === 1 && error instanceof MessageRefused) continue;
        this.tell(error);
        return 'refused';
      }
    }
  }

  /** Logs once per outage, also if several dead letters are refused at once. */
  private tell(error: unknown): void {
    if (this.told) return;
    this.told = true;
    this.logger.error(`The dead-letter queue takes no message, so dead letters wait: ${errorText(error)}`);
  }
}
