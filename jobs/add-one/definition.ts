import { IsDefined, IsNumber, Max, Min } from 'class-validator';
import { defineJob } from '../../contract/job-type';

/** `input + 1` stays exact for every integer in this range. */
const INPUT_MIN = Number.MIN_SAFE_INTEGER;
const INPUT_MAX = Number.MAX_SAFE_INTEGER - 1;

const RESULT_RULE = { message: 'must be a finite number' };

const INPUT_RULE = { message: `must be a JSON number from ${INPUT_MIN} to ${INPUT_MAX}` };

export class AddOneInput {
  /** Exact for integers; fractions follow IEEE 754. */
  @IsDefined({ message: `is missing; it ${INPUT_RULE.message}` })
  @IsNumber({ allowNaN: false, allowInfinity: false }, INPUT_RULE)
  @Min(INPUT_MIN, INPUT_RULE)
  @Max(INPUT_MAX, INPUT_RULE)
  readonly input: number;
}

class AddOneResult {
  @IsNumber({ allowNaN: false, allowInfinity: false }, RESULT_RULE)
  readonly result: number;
}

/** The tutorial's job. */
export const ADD_ONE = defineJob({
  type: 'add-one',
  input: AddOneInput,
  result: AddOneResult,
  example: { input: 1, result: 2 },
});
