import { Logger } from '@nestjs/common';
import { inspect } from 'node:util';
import { type Attempts } from '../delivery/attempts';
import { type Why } from '../delivery/dead-letter';
import { type Delivery } from '../delivery/delivery';
import { errorStack } from '../delivery/error-text';
import { type RunFailure } from '../delivery/outcome';

/** Limits the lines of the same error within `WITHIN_MS`; the others are counted in one line. */
const MAX_LINES = 10;
const WITHIN_MS = 1_000;

/** Limits the characters of a type, which a message may choose freely. */
const TYPE_LIMIT = 100;

/** The facts of one line. */
interface Failed {
  readonly level: 'warn' | 'error';
  /** What a line says of one failure. */
  readonly what: string;
  /** What the line that counts more of them calls them. */
  readonly many: string;
  readonly failure: RunFailure;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The lines of one error since the last count. */
interface Same {
  lines: number;
  readonly type: string;
  readonly failed: Failed;
}

/** A line of the log: fields where the logger writes JSON, a sentence and the stack where it writes text. */
class FailureLine {
  declare readonly stack?: string;

  constructor(
    readonly message: string,
    fields: Readonly<Record<string, unknown>>,
  ) {
    Object.assign(this, fields);
  }

  /** Leaves out the first line of the stack, which the sentence repeats. */
  toString(): string {
    return `${this.message}${this.stack?.slice(this.stack.indexOf('\n')) ?? ''}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * Logs why each run failed and why each dead letter is one, by Nest's logger: a line each, up to ten of the same error
 * in a second. No line holds what a message carries.
 */
export class FailureLog {
  /** The type of a message that names none. */
  defaultType: string | undefined;
  private readonly logger = new Logger('QueueConsumer');
  private readonly seen = new Map<string, Same>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly attempts: Pick<Attempts, 'jobId'>) {}

  failedRun(
    delivery: Delivery,
    failure: RunFailure,
    { attempt, maxAttempts }: { readonly attempt: number; readonly maxAttempts: number },
  ): void {
    const what = `attempt ${attempt} of ${maxAttempts} failed`;
    this.write(delivery, { level: 'warn', what, many: 'failed runs', failure, fields: { attempt, maxAttempts } });
  }

  deadLetter(delivery: Delivery, why: Why): void {
    const { reason, attempts } = why;
    const many = `dead letters (${reason})`;
    this.write(delivery, {
      level: 'error',
      what: `dead letter (${reason})`,
      many,
      failure: why,
      fields: { reason, attempts },
    });
  }

  /** Logs at once how many had no line. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const all = [...this.seen.values()];
    this.seen.clear();
    for (const same of all) if (same.lines > MAX_LINES) this.count(same);
  }

  private write(delivery: Delivery, failed: Failed): void {
    const { level, many, failure, fields } = failed;
    const type = oneLine(delivery.type ?? this.defaultType ?? 'no type').slice(0, TYPE_LIMIT);
    const key = `${many} ${type} ${withoutNumbers(failure.error)}`;
    const same = this.seen.get(key) ?? { lines: 0, type, failed };
    same.lines += 1;
    this.seen.set(key, same);
    this.timer ??= setTimeout(() => {
      this.flush();
    }, WITHIN_MS);
    if (same.lines > MAX_LINES) return;
    const jobId = this.attempts.jobId(delivery);
    const { messageId } = delivery;
    const name = jobId === undefined ? `Message ${messageId}` : `Job ${jobId}`;
    const message = oneLine(`${name} (${type}), ${failed.what}: ${failure.error}`);
    const job = { ...(jobId !== undefined && { jobId }), messageId, type, ...traceFields(delivery) };
    this.logger[level](new FailureLine(message, { ...job, ...fields, ...told(failure) }));
  }

  private count({ lines, type, failed: { level, many, failure } }: Same): void {
    const count = lines - MAX_LINES;
    const message = oneLine(`${count} more ${many} within a second (${type}): ${failure.error}`);
    this.logger[level](new FailureLine(message, { count, type, error: oneLine(failure.error) }));
  }
}

/** The trace's ids under the names that OpenTelemetry gives them in logs. */
const traceFields = ({ trace }: Delivery): Readonly<Record<string, string>> =>
  trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};

function told({ error, thrown }: RunFailure): Readonly<Record<string, string>> {
  const stack = errorStack(thrown);
  return { error: oneLine(error), ...(stack !== undefined && { stack: printable(stack) }) };
}

/** Leaves out numbers and ids, so that jobs that fail alike count as the same error. */
const withoutNumbers = (text: string): string => text.replace(/[\w-]+/g, (word) => (/\d/.test(word) ? '#' : word));

/** Replaces line ends and control characters by blanks. */
const oneLine = (text: string): string => printable(text).replace(/\s+/g, ' ');

const printable = (text: string): string => text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/g, ' ');
