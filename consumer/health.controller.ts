import { Controller, Get, Inject, Optional } from '@nestjs/common';
import { messageOf } from '../contract/thrown';
import { type Paused } from '../results/pauses';
import { RECORDS, type Records } from '../results/records';
import { unavailable } from '../service/problem';
import { QueueConsumer } from '../transport/index';
import { PauseWatch } from './pause-watch';
import { StoreBreaker } from './store-breaker';

const RETRY_AFTER_SECONDS = 5;

@Controller('health')
export class HealthController {
  /** Undefined on Lambda, and without a store. */
  @Optional()
  @Inject(PauseWatch)
  private readonly pauses?: PauseWatch;

  constructor(
    private readonly transport: QueueConsumer,
    private readonly breaker: StoreBreaker,
    @Inject(RECORDS) private readonly records: Records,
  ) {}

  /**
   * Red if the process should be replaced: a poll without an answer, or every permit with a handler that never returns.
   */
  @Get('live')
  live(): { status: 'live'; pollAgeSeconds: number } {
    const { pollAgeMs, stuckMs, hung } = this.transport.status();
    if (hung && stuckMs > 0) throw red('Every handler was told to stop, and none has returned.');
    if (hung) throw red('A poller has had no answer for 45 s.');
    return { status: 'live', pollAgeSeconds: Math.round(pollAgeMs / 1_000) };
  }

  /**
   * Red at a stop, until the queue has answered, and while the queue, the store or the dead-letter queue is
   * unavailable. A pause leaves it green.
   */
  @Get('ready')
  async ready(): Promise<{ status: 'ready'; inFlight: number; paused?: Omit<Paused, 'who'> }> {
    const { stopping, fault, notOpen, inFlight, deadLettersRefused } = this.transport.status();
    if (stopping) throw red('The consumer is draining.');
    if (notOpen !== undefined) throw red(notOpen);
    if (fault !== undefined) throw red(fault);
    if (deadLettersRefused > 0) throw red(`The dead-letter queue does not take ${deadLettersRefused} dead letters.`);
    const { outage } = this.breaker;
    if (outage) throw red(`The results store has been unavailable for ${outage.seconds} s: ${outage.why}`);
    await this.records.check().catch((error: unknown) => {
      throw red(`The results store is unavailable: ${messageOf(error)}`);
    });
    const paused = this.pauses?.paused;
    return { status: 'ready', inFlight, ...(paused && { paused: withoutName(paused) }) };
  }
}

/** Health is for callers that need not know operators. */
const withoutName = ({ at, why }: Paused): Omit<Paused, 'who'> => ({ at, ...(why !== undefined && { why }) });

const red = (detail: string): Error => unavailable(detail, RETRY_AFTER_SECONDS);
