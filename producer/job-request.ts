import { IsInt, Matches, Max, Min, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { GROUP_PATTERN } from '../contract/job';
import { type JobType } from '../contract/job-type';
import { ValidBody } from '../contract/validation';
import { invalidBody } from '../service/problem';
import { IDEMPOTENCY_KEY_PATTERN, KEY_RULE } from './idempotency-key';

const GROUP_RULE = { message: 'must be a string of 1 to 128 visible ASCII characters' };

/** SQS delays a message up to this. */
const MAX_DELAY_SECONDS = 900;
const DELAY_RULE = { message: `must be a whole number from 0 to ${MAX_DELAY_SECONDS}` };

/** A field that may be absent, but not null. */
const given = (name: string): PropertyDecorator =>
  ValidateIf((body: Readonly<Record<string, unknown>>) => body[name] !== undefined);

/** Body of `POST /jobs/{type}`. */
export interface JobRequest {
  readonly input: unknown;
  readonly group?: string;
  readonly delaySeconds?: number;
}

/** A line of a request in bulk: a body, and the key, which is a header in other requests. */
export interface JobLine extends JobRequest {
  readonly idempotencyKey?: string;
}

interface RequestClasses {
  readonly request: new () => JobRequest;
  readonly line: new () => JobLine;
}

/** The classes of a request and of a line for a job type, with its rules. */
export function requestClassesOf({ input }: JobType): RequestClasses {
  class Request extends input implements JobRequest {
    @JSONSchema({
      description: 'Jobs of a group keep their order on a FIFO queue; on any other, groups share fairly.',
      example: 'account-7',
    })
    @given('group')
    @Matches(GROUP_PATTERN, GROUP_RULE)
    readonly group?: string;

    @JSONSchema({ description: 'A consumer may have the job after this long. Not on a FIFO queue.', example: 0 })
    @given('delaySeconds')
    @IsInt(DELAY_RULE)
    @Min(0, DELAY_RULE)
    @Max(MAX_DELAY_SECONDS, DELAY_RULE)
    readonly delaySeconds?: number;
  }
  class Line extends Request implements JobLine {
    @JSONSchema({ description: 'What the header Idempotency-Key is for one job.', example: 'order-4711' })
    @given('idempotencyKey')
    @Matches(IDEMPOTENCY_KEY_PATTERN, { message: `must be a string of ${KEY_RULE}` })
    readonly idempotencyKey?: string;
  }
  return { request: Request, line: Line };
}

/** Checks parsed bodies against a job type; throws a 400 with every fault. */
export interface RequestReader {
  request(body: unknown): JobRequest;
  line(body: unknown): JobLine;
}

export function requestReader(definition: JobType): RequestReader {
  const { request, line } = requestClassesOf(definition);
  const [validRequest, validLine] = [new ValidBody(request, invalidBody), new ValidBody(line, invalidBody)];
  return { request: (body) => validRequest.transform(body), line: (body) => validLine.transform(body) };
}
