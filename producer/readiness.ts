import { type Records } from '../results/records';
import { unavailable } from '../service/problem';
import { QueueUnavailable } from '../transport/index';
import { type Queue } from './queue';
import { type Stopping } from './stopping';

/** How long an answer of queue and store is reused, so that probes cost them little. */
const FRESH_MS = 1_000;
const RETRY_AFTER_SECONDS = 5;

/** Whether the producer can keep what `POST /produce` promises. */
export class Readiness {
  private last: { readonly at: number; readonly answer: Promise<void> } | undefined;

  constructor(
    private readonly queue: Pick<Queue, 'check'>,
    private readonly records: Pick<Records, 'check'>,
    private readonly stopping: Stopping,
  ) {}

  /** Rejects with a 503 when it is not. */
  async check(): Promise<void> {
    if (this.stopping.begun) throw unavailable('The producer is stopping.', RETRY_AFTER_SECONDS);
    const now = performance.now();
    if (this.last === undefined || now - this.last.at > FRESH_MS) this.last = { at: now, answer: this.ask() };
    await this.last.answer;
  }

  private async ask(): Promise<void> {
    const [queue, records] = await Promise.allSettled([this.queue.check(), this.records.check()]);
    const away = [
      queue.status === 'rejected' && queueAway(queue.reason),
      records.status === 'rejected' && 'the results store',
    ];
    const names = away.filter((name) => name !== false);
    if (names.length > 0) throw unavailable(`Not usable: ${names.join(' and ')}.`, RETRY_AFTER_SECONDS);
  }
}

/** Leaves out SQS's text, which names accounts: health is open to everybody. */
const queueAway = (error: unknown): string =>
  error instanceof QueueUnavailable && error.refusal !== undefined ? `the queue (${error.refusal})` : 'the queue';
