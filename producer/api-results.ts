import { type ApiResponseOptions, getSchemaPath } from '@nestjs/swagger';
import { DoneJob, EXAMPLE_ID, FailedJob, PendingJob } from './answers';

const id = EXAMPLE_ID;
const HEADERS = {
  'Preference-Applied': { description: 'The wait that was granted.', schema: { type: 'string', example: 'wait=10' } },
} as const;

export const MODELS = [DoneJob, FailedJob, PendingJob] as const;

export const ENDED: ApiResponseOptions = {
  description: 'The job has ended.',
  headers: HEADERS,
  content: {
    'application/json': {
      schema: {
        oneOf: [{ $ref: getSchemaPath(DoneJob) }, { $ref: getSchemaPath(FailedJob) }],
        discriminator: {
          propertyName: 'status',
          mapping: { done: getSchemaPath(DoneJob), failed: getSchemaPath(FailedJob) },
        },
      },
    },
  },
};

export const PENDING: ApiResponseOptions = {
  description: 'The job has not ended yet.',
  headers: {
    ...HEADERS,
    'Retry-After': { description: 'Seconds after which to ask again.', schema: { type: 'integer', example: 1 } },
  },
  content: {
    'application/json': {
      schema: { $ref: getSchemaPath(PendingJob) },
      examples: {
        waiting: { value: { id, status: 'pending' } },
        failing: { value: { id, status: 'pending', attempts: 1, error: 'TimeoutError' } },
      },
    },
  },
};
