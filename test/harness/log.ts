import { type LoggerService } from '@nestjs/common';
import { perTest } from './side-by-side';

/** Says nothing. */
export const SILENT: LoggerService = { log: () => undefined, warn: () => undefined, error: () => undefined };

const loggers = perTest(() => ({ own: SILENT }));

const HANDING_ON: LoggerService = {
  log: (...line: [unknown]) => {
    loggers().own.log(...line);
  },
  warn: (...line: [unknown]) => {
    loggers().own.warn(...line);
  },
  error: (...line: [unknown]) => {
    loggers().own.error(...line);
  },
};

/** Nest has one logger a process. This one hands each line on to the logger of the test in which it was logged. */
export function loggerOfTest(logger: LoggerService): LoggerService {
  loggers().own = logger;
  return HANDING_ON;
}

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
