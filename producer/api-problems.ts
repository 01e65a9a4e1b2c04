import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, type ApiResponseOptions, getSchemaPath } from '@nestjs/swagger';
import { ProblemDocument } from './answers';
import { type Fault } from '../contract/fault';
import { Problem, PROBLEM_TYPE } from '../service/problem';

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
    errors: [{ pointer: '/input', detail: 'must be a JSON number from -9007199254740991 to 9007199254740990' }],
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
  413: { when: 'The body is larger than 16 KiB.', detail: 'The body is larger than this service takes.' },
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
    when: 'The Idempotency-Key was used with another input or group.',
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
    when: 'The queue or the results store is away, or the producer is stopping. Nothing is promised: send again.',
    detail: 'The queue is away.',
    headers: RETRY_AFTER,
  },
} satisfies Readonly<Record<number, Described>>;

/** Documents errors of an operation. */
export function ApiProblems(...statuses: (keyof typeof PROBLEMS)[]): MethodDecorator & ClassDecorator {
  return applyDecorators(ApiExtraModels(ProblemDocument), ...statuses.map((status) => ApiResponse(describe(status))));
}

const OF_ANY_REQUEST = [400, 405, 408, 417, 421, 429, 431, 500] as const;

/** What any request to an open path may get. */
export const ApiOpenProblems = (): MethodDecorator & ClassDecorator => ApiProblems(...OF_ANY_REQUEST);

/** What any request may get. */
export const ApiCommonProblems = (): MethodDecorator & ClassDecorator => ApiProblems(401, ...OF_ANY_REQUEST);

function describe(status: keyof typeof PROBLEMS): ApiResponseOptions {
  const { when, detail, errors = [], headers = {} }: Described = PROBLEMS[status];
  const example = new Problem(status, detail, { errors }).toJSON();
  const schema = { $ref: getSchemaPath(ProblemDocument) };
  return { status, description: when, headers, content: { [PROBLEM_TYPE]: { schema, example } } };
}
