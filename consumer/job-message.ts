import { IsNumber, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { INPUT_MAX, INPUT_MIN } from '../contract/job';

/** A message's body, version 1. One sent by hand may leave out `id`. */
export class JobMessage {
  @IsOptional()
  @IsUUID('all')
  readonly id?: string;

  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(INPUT_MIN)
  @Max(INPUT_MAX)
  readonly input: number;
}
