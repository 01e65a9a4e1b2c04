import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ValidBody } from '../../contract/validation';
import { ApiCommonProblems, ApiProblems } from '../../service/api-problems';
import { invalidBody } from '../../service/problem';
import { schemaOf } from '../../service/schemas';
import { AddOneInput } from './definition';

/** Step one of the tutorial: the work done in place, without a queue. */
@Controller()
@ApiTags('jobs')
@ApiCommonProblems()
export class AddOneController {
  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'add-one-in-place',
    summary: 'Add one in place',
    description: 'Without a queue: what the consumer does, done at once.',
  })
  @ApiBody({ schema: schemaOf(AddOneInput).schema, examples: { one: { value: { input: 1 } } } })
  @ApiOkResponse({
    description: 'The input and the result.',
    schema: {
      type: 'object',
      required: ['input', 'result'],
      properties: { input: { type: 'number', example: 1 }, result: { type: 'number', example: 2 } },
    },
  })
  @ApiProblems(400, 413, 415)
  addOne(@Body(new ValidBody(AddOneInput, invalidBody)) { input }: AddOneInput): { input: number; result: number } {
    return { input, result: input + 1 };
  }
}
