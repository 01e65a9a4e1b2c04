import { IsOptional, IsUUID } from 'class-validator';
import { type JobType } from '../contract/job-type';
import { ValidBody } from '../contract/validation';
import { Rejection } from '../transport/index';

/** A message's body: the job's input, and its id unless it was sent by hand. */
export interface JobMessage {
  readonly id?: string;
  readonly input: unknown;
}

/** A pipe that holds message bodies against a job type. What does not fit would never fit: it is dead-lettered at once. */
export function validMessage({ input }: JobType): ValidBody<JobMessage> {
  class Message extends input implements JobMessage {
    @IsOptional()
    @IsUUID('all', { message: 'must be a UUID, or absent' })
    readonly id?: string;
  }
  return new ValidBody<JobMessage>(Message, (faults) => {
    const texts = faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
    return new Rejection('invalid', `The message is not valid: ${texts.join('; ')}`);
  });
}
