import { Logger } from '@nestjs/common';
import { inspect } from 'node:util';
import { type Job } from '../contract/job';
import { type Fields, fieldsOf } from '../contract/json';
import { type WorkLog } from '../jobs/work';

/** A line about a job: fields where the log is JSON, a sentence that names the job on a terminal. */
class JobLine {
  constructor(
    readonly message: string,
    fields: Fields,
    { id, type }: Pick<Job, 'id' | 'type'>,
  ) {
    Object.assign(this, writable(fields), { message, jobId: id, type });
  }

  toString(): string {
    const { message, jobId, type, ...fields } = fieldsOf(this);
    const rest = Object.keys(fields).length === 0 ? '' : ` ${inspect(fields, { breakLength: Infinity })}`;
    return `Job ${String(jobId)} (${String(type)}): ${String(message)}${rest}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Names that as fields would change the line itself. */
const NO_FIELDS = ['__proto__', 'toJSON'];

/** Makes fields writable: those that cannot be JSON stand in the line as a terminal would show them. */
function writable(fields: Fields): Fields {
  try {
    JSON.stringify(fields);
    return Object.fromEntries(Object.entries(fields).filter(([name]) => !NO_FIELDS.includes(name)));
  } catch {
    return { fields: inspect(fields) };
  }
}

/** A log whose lines all name the job. */
export class JobLog implements WorkLog {
  private readonly logger: Logger;

  constructor(private readonly job: Pick<Job, 'id' | 'type'>) {
    this.logger = new Logger(job.type);
  }

  debug(message: string, fields: Fields = {}): void {
    this.logger.debug(new JobLine(message, fields, this.job));
  }

  log(message: string, fields: Fields = {}): void {
    this.logger.log(new JobLine(message, fields, this.job));
  }

  warn(message: string, fields: Fields = {}): void {
    this.logger.warn(new JobLine(message, fields, this.job));
  }

  error(message: string, fields: Fields = {}): void {
    this.logger.error(new JobLine(message, fields, this.job));
  }
}
