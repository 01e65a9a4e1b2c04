import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, Matches, Max, Min, ValidateIf } from 'class-validator';
import { GROUP_PATTERN, INPUT_MAX, INPUT_MIN } from '../contract/job';

const INPUT_RULE = { message: `must be a JSON number from ${INPUT_MIN} to ${INPUT_MAX}` };
const GROUP_RULE = { message: 'must be a string of 1 to 128 visible ASCII characters' };

/** Body of `POST /`. */
export class AddOneRequest {
  @IsNumber({ allowNaN: false, allowInfinity: false }, INPUT_RULE)
  @Min(INPUT_MIN, INPUT_RULE)
  @Max(INPUT_MAX, INPUT_RULE)
  @ApiProperty({
    type: Number,
    minimum: INPUT_MIN,
    maximum: INPUT_MAX,
    example: 1,
    description: 'The number to add one to. Exact for integers; fractions follow IEEE 754.',
  })
  readonly input: number;
}

/** Body of `POST /produce`. */
export class ProduceRequest extends AddOneRequest {
  @ValidateIf(({ group }: ProduceRequest) => group !== undefined)
  @Matches(GROUP_PATTERN, GROUP_RULE)
  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: 128,
    pattern: GROUP_PATTERN.source,
    example: 'customer-7',
    description:
      'Jobs of one group run in order on a FIFO queue, and share fairly with other groups on a standard one.',
  })
  readonly group?: string;
}
