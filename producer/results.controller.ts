import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { mayBePending, readJobId } from '../results/job-id';
import { RECORDS, type Records } from '../results/records';
import { type Waited, Waiting } from '../results/waiting';
import { EXAMPLE_ID, type JobStatus } from './answers';
import { ApiCommonProblems, ApiProblems } from '../service/api-problems';
import { limitKeyOf } from './callers';
import { ENDED, MODELS, PENDING } from './api-results';
import { statusOf } from './job-status';
import { readWait, WAIT_LIMIT_SECONDS } from './prefer';
import { Problem } from '../service/problem';
import { Stopping } from './stopping';

const RETRY_AFTER_SECONDS = 1;

/** `Retry-After` if the request did not wait: a client that asks again at once would ask without end. */
const RETRY_UNWAITED_SECONDS = 5;

/** Token under which Nest injects whether callers see the whole text of an error. */
export const SHOW_ERRORS = Symbol('show-errors');

@Controller('results')
@ApiTags('jobs')
@ApiCommonProblems()
@ApiExtraModels(...MODELS)
export class ResultsController {
  @Inject(SHOW_ERRORS) private readonly showErrors: boolean;

  constructor(
    @Inject(RECORDS) private readonly records: Records,
    private readonly waiting: Waiting,
    private readonly stopping: Stopping,
  ) {}

  @Get(':id')
  @ApiOperation({
    operationId: 'get-result',
    summary: 'What became of a job',
    description: 'An id is a capability: whoever has it, and is let in, may ask.',
  })
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
    @Param('id') text: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobStatus> {
    const seconds = readWait(request.headers.prefer);
    const id = readJobId(text);
    if (id === undefined) throw unknown();
    const waited = seconds === undefined ? undefined : await this.wait(id, seconds, request);
    const record = waited === undefined ? await this.records.get(id) : waited.record;
    if (record === undefined && !mayBePending(id, Date.now())) throw unknown();
    const status = statusOf(id, record, this.showErrors);
    if (waited?.outcome === 'waited') reply.header('preference-applied', `wait=${seconds}`);
    if (status.status !== 'pending') return status;
    const again = waited?.outcome === 'unwaited' ? RETRY_UNWAITED_SECONDS : RETRY_AFTER_SECONDS;
    reply.code(202).header('retry-after', String(again));
    return status;
  }

  /**
   * Waits until the job ends, the process stops, or the client ends its connection or its side of it. For an unknown
   * job it does not wait.
   */
  private async wait(id: string, seconds: number, { raw, ip, caller }: FastifyRequest): Promise<Waited> {
    const gone = new AbortController();
    const leave = (): void => {
      gone.abort();
    };
    const { socket } = raw;
    socket.once('end', leave).once('close', leave);
    try {
      return await this.waiting.waitForEnd(id, {
        timeoutMs: seconds * 1_000,
        caller: limitKeyOf(caller, ip),
        recordedOnly: !mayBePending(id, Date.now()),
        signal: AbortSignal.any([this.stopping.signal, gone.signal]),
      });
    } finally {
      socket.off('end', leave).off('close', leave);
    }
  }
}

const unknown = (): Problem => new Problem(404, 'This service knows no such job.');
