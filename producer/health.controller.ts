import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from './api-problems';
import { Readiness } from './readiness';

@Controller('health')
@ApiProblems(405, 408, 431)
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers', security: [] })
  @ApiOkResponse({ description: 'It does.', example: { status: 'live' } })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Queue and results store can be reached', security: [] })
  @ApiOkResponse({ description: 'They can, a second ago at most.', example: { status: 'ready' } })
  @ApiProblems(503)
  async ready(): Promise<{ status: 'ready' }> {
    await this.readiness.check();
    return { status: 'ready' };
  }
}
