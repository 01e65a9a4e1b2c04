import { type LoggerService, type OnApplicationShutdown } from '@nestjs/common';

const EVERY_MS = 1_000;

/** Logs refused requests: one line a second, with the count of each status. */
export class Refusals implements OnApplicationShutdown {
  private counts = new Map<number, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly logger: Pick<LoggerService, 'warn'>) {}

  /** Counts an answer if it is a 4xx. */
  count(status: number): void {
    if (status < 400 || status >= 500) return;
    this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
    this.timer ??= setTimeout(() => {
      this.tell();
    }, EVERY_MS);
  }

  /** Logs what is not logged yet. */
  onApplicationShutdown(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.tell();
  }

  private tell(): void {
    this.timer = undefined;
    const counts = [...this.counts].sort(([one], [other]) => one - other);
    this.counts = new Map();
    const text = counts.map(([status, count]) => `${count} × ${status}`).join(', ');
    this.logger.warn(`Requests refused within a second: ${text}`, 'Producer');
  }
}
