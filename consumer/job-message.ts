import { IsOptional, IsUUID } from 'class-validator';
import { textOf } from '../contract/fault';
import { type JobType } from '../contract/job-type';
import { ValidBody } from '../contract/validation';
import { Rejection } from '../transport/index';

/** A message's body: the job's input, and its id unless it was sent by hand. */
export interface JobMessage {
  readonly id?: string;
  readonly input: unknown;
}

/** A pipe that checks message bodies against a job type. */
export interface MessagePipe {
  transform(body: unknown): JobMessage;
}

/** A message that does not fit is dead-lettered at once, since it would not fit the next time either. */
export function validMessage({ input, policy }: JobType): MessagePipe {
  class Message extends input implements JobMessage {
    @IsOptional()
    @IsUUID('all', { message: 'must be a UUID, or absent' })
    readonly id?: string;
  }
  const valid = new ValidBody<JobMessage>(Message, (faults) => invalid(textOf(faults)));
  return {
    transform(body) {
      // The size is checked first, since the rules look at the whole input.
      const bytes = inputBytes(body);
      if (bytes > policy.sizeLimitBytes)
        throw invalid(`/input is ${bytes} bytes of JSON; its type takes up to ${policy.sizeLimitBytes}`);
      return valid.transform(body);
    },
  };
}

const invalid = (why: string): Rejection => new Rejection('invalid', `The message is not valid: ${why}`);

const inputBytes = (body: unknown): number =>
  typeof body === 'object' && body !== null && 'input' in body ? Buffer.byteLength(JSON.stringify(body.input)) : 0;
