import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags, type ApiResponseOptions } from '@nestjs/swagger';
import { ApiOpenProblems, ApiProblems } from '../service/api-problems';
import { Readiness } from './readiness';

const answering = (status: string, description: string): ApiResponseOptions => ({
  description,
  schema: {
    type: 'object',
    required: ['status'],
    properties: { status: { type: 'string', enum: [status] } },
    example: { status },
  },
});

@Controller('health')
@ApiTags('health')
@ApiOpenProblems()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({
    operationId: 'live',
    summary: 'The process answers',
    description: 'Asks nothing else.',
    security: [],
  })
  @ApiOkResponse(answering('live', 'It does.'))
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'ready',
    summary: 'Queue and results store can be reached',
    description: 'Asked once a second, however often this is.',
    security: [],
  })
  @ApiOkResponse(answering('ready', 'They can, a second ago at most.'))
  @ApiProblems(503)
  async ready(): Promise<{ status: 'ready' }> {
    await this.readiness.check();
    return { status: 'ready' };
  }
}
