import { Body, Controller, HttpCode, Post, Req, Res, type Type } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { type JobType } from '../contract/job-type';
import { cutOf } from './answered';
import { type AcceptedJob } from './answers';
import { Bulk } from './bulk';
import { limitKeyOf } from './callers';
import { readIdempotencyKey } from './idempotency-key';
import { Intake } from './intake';
import { requestReader } from './job-request';
import { JobRoute, pathsOf } from './job-route';
import { Lines } from './lines';
import { LINES_TYPE } from './media-type';
import { RateLimit } from './rate-limit';

/** A controller that accepts the jobs of one type, with the type's own path, rules and limit. */
export function jobController(definition: JobType, keepsRecords: boolean): Type<unknown> {
  const reader = requestReader(definition);

  @Controller()
  @ApiExcludeController()
  class JobController {
    constructor(
      private readonly intake: Intake,
      private readonly bulk: Bulk,
      private readonly limit: RateLimit,
    ) {}

    @Post(pathsOf(definition))
    @HttpCode(202)
    @JobRoute(definition)
    async take(
      @Body() body: unknown,
      @Req() request: FastifyRequest,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<AcceptedJob | Readable> {
      if (body instanceof Lines) return this.takeLines(body, request, reply);
      const { input, group, delaySeconds } = reader.request(body);
      const { headers, caller } = request;
      const idempotencyKey = readIdempotencyKey(headers['idempotency-key']);
      const id = await this.intake.take({ definition, input, group, delaySeconds, caller, idempotencyKey });
      if (keepsRecords) reply.header('location', `/results/${id}`);
      return { id, status: 'accepted' };
    }

    private takeLines(lines: Lines, { caller, ip }: FastifyRequest, reply: FastifyReply): Readable {
      const key = limitKeyOf(caller, ip);
      const allows = (): boolean => this.limit.allows(key);
      reply.code(200).type(LINES_TYPE);
      return Readable.from(this.bulk.take({ definition, reader, lines, caller, allows, cut: cutOf(reply.raw) }));
    }
  }

  return JobController;
}
