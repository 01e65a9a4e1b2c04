import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { DELIVERY } from '../contract/delivery';
import { couldBeOurs, mayBePending } from '../results/job-id';
import { type JobRecord, RECORDS, type Records } from '../results/records';
import { Waiting } from '../results/waiting';
import { EXAMPLE_ID, type JobStatus } from './answers';
import { ApiCommonProblems, ApiProblems } from './api-problems';
import { ENDED, MODELS, PENDING } from './api-results';
import { statusOf } from './job-status';
import { readWait, WAIT_LIMIT_SECONDS } from './prefer';
import { Problem } from '../service/problem';
import { Stopping } from './stopping';

const RETRY_AFTER_SECONDS = 1;

@Controller('results')
@ApiCommonProblems()
@ApiExtraModels(...MODELS)
export class ResultsController {
  constructor(
    @Inject(RECORDS) private readonly records: Records,
    private readonly waiting: Waiting,
    private readonly stopping: Stopping,
  ) {}

  @Get(':id')
  @ApiOperation({ summary: 'What became of a job' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' }, example: EXAMPLE_ID })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: `\`wait=N\`: answer when the job has ended, after N seconds at the latest; at most ${WAIT_LIMIT_SECONDS}.`,
    schema: { type: 'string' },
  })
  @ApiResponse({ status: 200, ...ENDED })
  @ApiResponse({ status: 202, ...PENDING })
  @ApiProblems(400, 404, 503)
  async result(
    @Param('id') id: string,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobStatus> {
    const seconds = readWait(headers.prefer);
    if (!couldBeOurs(id, Date.now(), DELIVERY.recordRetentionSeconds)) throw unknown();
    const record = seconds === undefined ? await this.records.get(id) : await this.wait(id, seconds);
    if (record === undefined && !mayBePending(id, Date.now())) throw unknown();
    const status = statusOf(id, record);
    if (seconds !== undefined) reply.header('preference-applied', `wait=${seconds}`);
    if (status.status === 'pending') reply.code(202).header('retry-after', String(RETRY_AFTER_SECONDS));
    return status;
  }

  private wait(id: string, seconds: number): Promise<JobRecord | undefined> {
    return this.waiting.waitForEnd(id, { timeoutMs: seconds * 1_000, signal: this.stopping.signal });
  }
}

const unknown = (): Problem => new Problem(404, 'This service knows no such job.');
