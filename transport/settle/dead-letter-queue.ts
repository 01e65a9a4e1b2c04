import { Logger } from '@nestjs/common';
import { setTimeout as wait } from 'node:timers/promises';
import { type Attempts } from '../delivery/attempts';
import { asItCame, type DeadLetter, describeDeadLetter, type Why, withWhy } from '../delivery/dead-letter';
import { type Delivery } from '../delivery/delivery';
import { errorText } from '../delivery/error-text';
import { type ConsumerMetrics } from '../metrics/consumer-metrics';
import { askPatiently } from '../delivery/ask-patiently';
import { type InFlight } from '../delivery/in-flight';
import { MessageRefused } from '../sqs/errors';
import { type Sender } from '../sqs/sender';
import { type FailureLog } from './failure-log';

/** The pause before a dead letter is sent again, doubling. */
const TRY_AGAIN_MS = { first: 5_000, max: 300_000 };

/** How soon a drain or a lost lease is noticed meanwhile. */
const LOOK_MS = 500;

const TAKES_NOTHING = 'The dead-letter queue takes no message, so dead letters wait';

/** A delivery to be dead-lettered, and whether it is still this process's to settle. */
type Moving = Pick<InFlight, 'delivery' | 'isOurs'>;

interface MoveOptions {
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
  /** Dead letters that wait because the queue did not take them. */
  refused = 0;

  constructor(
    private readonly sender: Sender,
    private readonly parts: {
      readonly attempts: Attempts;
      readonly metrics: Pick<ConsumerMetrics, 'deadLetter'>;
      readonly log: FailureLog;
    },
  ) {}

  /**
   * `ended`: it is in the dead-letter queue, and its record says so. `unfinished`: the lease is lost, or the time is over.
   */
  async move(moving: Moving, why: Why, { ending, recorded }: MoveOptions): Promise<'ended' | 'unfinished'> {
    const { attempts, metrics, log } = this.parts;
    const { delivery } = moving;
    const letter = describeDeadLetter(delivery, why, attempts.jobId(delivery));
    const record = (sent: boolean): Promise<'recorded' | 'not-ours'> =>
      askPatiently(moving, () => attempts.deadLettered(delivery, letter, sent).then(() => 'recorded'));
    try {
      await this.send(delivery, letter);
    } catch (error) {
      // Once per outage.
      if (this.refused === 0) this.logger.error(`${TAKES_NOTHING}: ${errorText(error)}`);
      this.refused += 1;
      try {
        if ((await record(false)) === 'recorded') recorded?.();
        if ((await this.sendPatiently(moving, letter, ending)) === 'unfinished') return 'unfinished';
      } finally {
        this.refused -= 1;
      }
    }
    if ((await record(true)) === 'not-ours') return 'unfinished';
    metrics.deadLetter(letter.reason);
    log.deadLetter(delivery, why);
    return 'ended';
  }

  private async sendPatiently(moving: Moving, letter: DeadLetter, ending: AbortSignal): Promise<'sent' | 'unfinished'> {
    for (let waitMs = TRY_AGAIN_MS.first; ; waitMs = Math.min(waitMs * 2, TRY_AGAIN_MS.max)) {
      for (const until = performance.now() + waitMs; performance.now() < until;) {
        if (ending.aborted || !moving.isOurs) return 'unfinished';
        await wait(LOOK_MS, undefined, { signal: ending }).catch(() => undefined);
      }
      try {
        await this.send(moving.delivery, letter);
        return 'sent';
      } catch {
        // Not yet.
      }
    }
  }

  /** Sends the letter with the why or, if SQS refuses that, as it came; then only the record has the why. */
  private async send(delivery: Delivery, letter: DeadLetter): Promise<void> {
    try {
      await this.sender.send(withWhy(delivery, letter) ?? asItCame(delivery));
    } catch (error) {
      if (!(error instanceof MessageRefused)) throw error;
      await this.sender.send(asItCame(delivery));
    }
  }
}
