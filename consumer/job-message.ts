import { IsDefined, IsNumber, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { INPUT_MAX, INPUT_MIN } from '../contract/job';

const INPUT_RULE = { message: `must be a JSON number from ${INPUT_MIN} to ${INPUT_MAX}` };

/** A message's body, version 1. One sent by hand may leave out `id`. */
export class JobMessage {
  @IsOptional()
  @IsUUID('all', { message: 'must be a UUID, or absent' })
  readonly id?: string;

  @IsDefined({ message: `is missing; it ${INPUT_RULE.message}` })
  @IsNumber({ allowNaN: false, allowInfinity: false }, INPUT_RULE)
  @Min(INPUT_MIN, INPUT_RULE)
  @Max(INPUT_MAX, INPUT_RULE)
  readonly input: number;
}
