import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
  type ResponseObject,
  type ResponsesObject,
} from '@nestjs/swagger';
import { type Fault } from '../contract/fault';
import { BODY_LIMIT_BYTES } from '../contract/job';
import { Problem, PROBLEM_TYPE } from './problem';
import { tooLarge } from './too-large';

class FaultOfBody {
  @ApiProperty({ example: '/input', description: 'JSON pointer; empty for the body itself.' })
  readonly pointer: string;

  @ApiProperty({ example: 'is missing' })
  readonly detail: string;
}

/** RFC 9457. */
export class ProblemDocument {
  @ApiProperty({ example: 'about:blank' })
  readonly type: string;

  @ApiProperty()
  readonly title: string;

  @ApiProperty({ minimum: 400, maximum: 599 })
  readonly status: number;

  @ApiProperty()
  readonly detail: string;

  @ApiPropertyOptional({ type: [FaultOfBody], maxItems: 10 })
  readonly errors?: FaultOfBody[];
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
};

interface Described {
  readonly when: string;
  readonly detail: string;
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, { description: string; schema: { type: string } }>>;
}

const PROBLEMS = {
  400: {
    when: 'The request is malformed or its body is not valid.',
    detail: 'The body is not valid.',
    errors: [{ pointer: '/input', detail: 'is missing' }],
  },
  401: {
    when: 'The request has none of the API keys, or what checks callers in front does not say who calls.',
    detail: 'Send a valid API key as Authorization: Bearer KEY or x-api-key: KEY.',
    headers: { 'WWW-Authenticate': { description: 'How to authenticate.', schema: { type: 'string' } } },
  },
  404: { when: 'No job of this service.', detail: 'This service knows no such job.' },
  405: {
    when: 'The path takes other methods.',
    detail: 'This path takes POST.',
    headers: { Allow: { description: 'The methods it takes.', schema: { type: 'string' } } },
  },
  408: { when: 'The request did not arrive within 10 s.', detail: 'The request took too long to arrive.' },
  413: { when: 'The body is larger than 16 KiB.', detail: tooLarge(BODY_LIMIT_BYTES).detail },
  415: {
    when: 'The body is something else than JSON in UTF-8, or compressed.',
    detail: 'The body must be application/json in UTF-8 without a content encoding.',
  },
  417: {
    when: 'The request expects something else than 100-continue.',
    detail: 'This service knows no expectation but 100-continue.',
  },
  421: {
    when: 'This producer has no API keys, and was called by another name than localhost.',
    detail: 'Without API_KEYS this producer answers to localhost only.',
  },
  422: {
    when: 'The Idempotency-Key was used with another input, group or delay.',
    detail: 'This Idempotency-Key was used with another body.',
  },
  429: {
    when: 'More requests a second than one caller may send, or more than 16 unanswered on one connection.',
    detail: 'Too many requests.',
    headers: RETRY_AFTER,
  },
  431: { when: 'The headers are larger than 16 KiB.', detail: 'The headers are larger than 16 KiB.' },
  500: { when: 'A fault of this service.', detail: 'Something went wrong here, not with the request.' },
  503: {
    when: 'The queue or the results store is unavailable, or the producer is stopping. Nothing is promised: send again.',
    detail: 'The queue is unavailable.',
    headers: RETRY_AFTER,
  },
} satisfies Readonly<Record<number, Described>>;

type Status = keyof typeof PROBLEMS;

const isStatus = (status: number): status is Status => status in PROBLEMS;

const OF_ANY_REQUEST: readonly Status[] = [400, 405, 408, 417, 421, 429, 431, 500];

/** Documents errors of an operation. */
export function ApiProblems(...statuses: readonly Status[]): MethodDecorator & ClassDecorator {
  const responses = statuses.map((status) => ApiResponse({ status, ...problemResponse(status) }));
  return applyDecorators(ApiExtraModels(ProblemDocument), ...responses);
}

/** What any request to an open path may get. */
export const ApiOpenProblems = (): MethodDecorator & ClassDecorator => ApiProblems(...OF_ANY_REQUEST);

/** What any request may get. */
export const ApiCommonProblems = (): MethodDecorator & ClassDecorator => ApiProblems(401, ...OF_ANY_REQUEST);

/** The errors of an operation that is no method of a controller, besides those of any request. */
export function problemResponses(whens: Readonly<Partial<Record<Status, string | undefined>>>): ResponsesObject {
  const own = Object.keys(whens).map(Number).filter(isStatus);
  const responses = [401 as const, ...OF_ANY_REQUEST, ...own].map(
    (status) => [status, problemResponse(status, whens[status])] as const,
  );
  return Object.fromEntries(responses);
}

function problemResponse(status: Status, when: string = PROBLEMS[status].when): ResponseObject {
  const { detail, errors = [], headers = {} }: Described = PROBLEMS[status];
  const example = new Problem(status, detail, { errors }).toJSON();
  const schema = { $ref: getSchemaPath(ProblemDocument) };
  return { description: when, headers, content: { [PROBLEM_TYPE]: { schema, example } } };
}
