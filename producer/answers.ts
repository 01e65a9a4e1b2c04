import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ProblemDocument } from '../service/api-problems';

export const EXAMPLE_ID = '019a8f3e-5c1b-7d42-9e0a-3b6f1c2d4e5f';
const ID = { format: 'uuid', example: EXAMPLE_ID } as const;

/** Any JSON. */
const ANY = { oneOf: [{}] };

const ERROR = {
  example: 'TimeoutError',
  description:
    'Of the last failed run: a text that was written for callers; of anything else the class, unless errors are shown.',
};

/** Answer of `POST /jobs/{type}`: the queue has the job. */
export class AcceptedJob {
  @ApiProperty(ID)
  readonly id: string;

  @ApiProperty({ enum: ['accepted'] })
  readonly status: 'accepted';
}

export class DoneJob {
  @ApiProperty(ID)
  readonly id: string;

  @ApiProperty({ enum: ['done'] })
  readonly status: 'done';

  @ApiProperty()
  readonly type: string;

  @ApiProperty(ANY)
  readonly input: unknown;

  @ApiProperty(ANY)
  readonly result: unknown;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T10:00:00.000Z' })
  readonly completedAt: string;
}

export class FailedJob {
  @ApiProperty(ID)
  readonly id: string;

  @ApiProperty()
  readonly type: string;

  @ApiProperty({ enum: ['failed'] })
  readonly status: 'failed';

  @ApiProperty({ example: 'attempts', description: 'Why it is in the dead-letter queue.' })
  readonly reason: string;

  @ApiPropertyOptional(ERROR)
  readonly error?: string;
}

export class PendingJob {
  @ApiProperty(ID)
  readonly id: string;

  @ApiProperty({ enum: ['pending'] })
  readonly status: 'pending';

  @ApiPropertyOptional({ example: 1, description: 'Failed runs so far; only once one failed.' })
  readonly attempts?: number;

  @ApiPropertyOptional(ERROR)
  readonly error?: string;
}

/** The problem of one line of a request in bulk. */
export class LineProblem extends ProblemDocument {
  @ApiProperty({ minimum: 1, description: 'The number of the line.' })
  readonly line: number;
}

/** What `GET /results/{id}` says of a job. */
export type JobStatus = DoneJob | FailedJob | PendingJob;
