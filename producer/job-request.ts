import { Matches, ValidateIf } from 'class-validator';
import { GROUP_PATTERN } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { ValidBody } from '../contract/validation';
import { invalidBody } from '../service/problem';

const GROUP_RULE = { message: 'must be a string of 1 to 128 visible ASCII characters' };

/** Body of `POST /jobs/{type}`. */
export interface JobRequest {
  readonly input: unknown;
  readonly group?: string;
}

/** A pipe that holds request bodies against a job type. */
export function validRequest({ input }: JobType): ValidBody<JobRequest> {
  class Request extends input implements JobRequest {
    @ValidateIf(({ group }: JobRequest) => group !== undefined)
    @Matches(GROUP_PATTERN, GROUP_RULE)
    readonly group?: string;
  }
  return new ValidBody<JobRequest>(Request, invalidBody);
}
