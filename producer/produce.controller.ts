import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ValidBody } from '../contract/validation';
import { ProduceRequest } from './add-one-request';
import { AcceptedJob } from './answers';
import { ApiCommonProblems, ApiProblems } from './api-problems';
import { readIdempotencyKey } from './idempotency-key';
import { Intake } from './intake';
import { invalidBody } from '../service/problem';

@Controller('produce')
@ApiTags('jobs')
@ApiCommonProblems()
export class ProduceController {
  constructor(private readonly intake: Intake) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Put a job on the queue',
    description: 'Answers once the queue has it; the work comes later.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key with the same body again, by the same caller: the same id, one effect.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  })
  @ApiAcceptedResponse({
    type: AcceptedJob,
    description: 'The queue has the job.',
    headers: {
      Location: { description: 'Where its result will be.', schema: { type: 'string', format: 'uri-reference' } },
    },
  })
  @ApiProblems(400, 413, 415, 422, 503)
  async produce(
    @Body(new ValidBody(ProduceRequest, invalidBody)) { input, group }: ProduceRequest,
    @Req() { headers, caller }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedJob> {
    const idempotencyKey = readIdempotencyKey(headers['idempotency-key']);
    const id = await this.intake.take({ input, group, caller, idempotencyKey });
    reply.header('location', `/results/${id}`);
    return { id, status: 'accepted' };
  }
}
