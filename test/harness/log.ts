import { type LoggerService } from '@nestjs/common';

/** Says nothing. */
export const SILENT: LoggerService = { log: () => undefined, warn: () => undefined, error: () => undefined };

/** Keeps what is logged, one sentence a line, with its level first. */
export class Log implements LoggerService {
  readonly lines: string[] = [];

  log(message: unknown): void {
    this.keep('log', message);
  }

  warn(message: unknown): void {
    this.keep('warn', message);
  }

  error(message: unknown): void {
    this.keep('error', message);
  }

  matching(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }

  private keep(level: string, message: unknown): void {
    this.lines.push(`${level} ${String(message)}`);
  }
}
