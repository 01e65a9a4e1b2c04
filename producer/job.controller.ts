import { Body, Controller, HttpCode, Post, Req, Res, type Type } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, type ApiHeaderOptions, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { DEFAULT_TYPE } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { AcceptedJob } from './answers';
import { ApiCommonProblems, ApiProblems } from './api-problems';
import { readIdempotencyKey } from './idempotency-key';
import { Intake } from './intake';
import { type JobRequest, validRequest } from './job-request';

/** The default type has the tutorial's path beside its own. */
const pathsOf = (type: string): string[] => (type === DEFAULT_TYPE ? [`jobs/${type}`, 'produce'] : [`jobs/${type}`]);

const IDEMPOTENCY_KEY: ApiHeaderOptions = {
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key with the same body again, by the same caller: the same id, one effect.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};

/** A controller that takes the jobs of one type in: path, rules and OpenAPI are the type's own. */
export function jobController(definition: JobType): Type<unknown> {
  const valid = validRequest(definition);

  @Controller()
  @ApiTags('jobs')
  @ApiCommonProblems()
  class JobController {
    constructor(private readonly intake: Intake) {}

    @Post(pathsOf(definition.type))
    @HttpCode(202)
    @ApiOperation({
      summary: 'Put a job on the queue',
      description: 'Answers once the queue has it; the work comes later.',
    })
    @ApiHeader(IDEMPOTENCY_KEY)
    @ApiBody({ schema: { type: 'object' } })
    @ApiAcceptedResponse({
      type: AcceptedJob,
      description: 'The queue has the job.',
      headers: {
        Location: { description: 'Where its result will be.', schema: { type: 'string', format: 'uri-reference' } },
      },
    })
    @ApiProblems(400, 413, 415, 422, 503)
    async take(
      @Body(valid) { input, group }: JobRequest,
      @Req() { headers, caller }: FastifyRequest,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<AcceptedJob> {
      const idempotencyKey = readIdempotencyKey(headers['idempotency-key']);
      const id = await this.intake.take({ definition, input, group, caller, idempotencyKey });
      reply.header('location', `/results/${id}`);
      return { id, status: 'accepted' };
    }
  }

  return JobController;
}
