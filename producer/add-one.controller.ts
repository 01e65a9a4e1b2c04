import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ValidBody } from '../contract/validation';
import { AddOneRequest } from './add-one-request';
import { AddOneAnswer } from './answers';
import { ApiCommonProblems, ApiProblems } from './api-problems';
import { invalidBody } from '../service/problem';

/** Step one of the tutorial: the work done in place, without a queue. */
@Controller()
@ApiTags('jobs')
@ApiCommonProblems()
export class AddOneController {
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Add one in place', description: 'Without a queue: what the consumer does, done at once.' })
  @ApiOkResponse({ type: AddOneAnswer, description: 'The input and the result.' })
  @ApiProblems(400, 413, 415)
  addOne(@Body(new ValidBody(AddOneRequest, invalidBody)) { input }: AddOneRequest): AddOneAnswer {
    return { input, result: input + 1 };
  }
}
