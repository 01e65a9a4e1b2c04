import {
  type ContentObject,
  getSchemaPath,
  type OperationObject,
  type ParameterObject,
  type PathsObject,
  type RequestBodyObject,
  type ResponseObject,
} from '@nestjs/swagger';
import { IsDefined } from 'class-validator';
import { BODY_LIMIT_BYTES, DEFAULT_TYPE } from '../contract/job';
import { defineJob, type JobType } from '../contract/job-type';
import { AcceptedJob, EXAMPLE_ID, LineProblem } from './answers';
import { problemResponses } from '../service/api-problems';
import { MAX_KEYED_LINES } from './bulk-run';
import { requestClassesOf } from './job-request';
import { pathsOf } from './job-route';
import { MAX_BULK_BYTES, MAX_BULK_LINES } from './lines';
import { JSON_TYPE, LINES_TYPE } from './media-type';
import { type ClassSchema, schemaOf } from '../service/schemas';
import { inputTooLarge, sizeText } from '../service/too-large';

type Schemas = Record<string, ClassSchema['schema']>;

/** What the document says of the jobs that a producer takes. */
export interface JobApi {
  readonly paths: PathsObject;
  readonly schemas: Schemas;
}

const refTo = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** A path for each type, and the tutorial's. */
export function jobApi(definitions: readonly JobType[], keepsRecords: boolean): JobApi {
  const paths: PathsObject = {};
  const schemas: Schemas = {};
  for (const definition of definitions) {
    const { type } = definition;
    Object.assign(schemas, requestSchemas(definition, keepsRecords));
    for (const path of pathsOf(definition)) {
      const operationId = path === 'produce' ? path : `queue-${type}`;
      paths[`/${path}`] = { post: operation(definition, { operationId, keepsRecords }) };
    }
  }
  return { paths, schemas };
}

class AnyInput {
  @IsDefined()
  readonly input: unknown;
}

class AnyResult {
  @IsDefined()
  readonly result: unknown;
}

const ANY = defineJob({ type: 'job', input: AnyInput, result: AnyResult });

/** For callers without a key: one path for all types, without their names, and the tutorial's. */
export function namelessJobApi(definitions: readonly JobType[], keepsRecords: boolean): JobApi {
  const { paths, schemas } = jobApi(
    definitions.filter(({ type }) => type === DEFAULT_TYPE),
    keepsRecords,
  );
  const produce = paths['/produce'];
  const type: ParameterObject = { name: 'type', in: 'path', required: true, schema: { type: 'string' } };
  const post = operation(ANY, { operationId: 'queue-job', keepsRecords, type });
  return {
    paths: { ...(produce && { '/produce': produce }), '/jobs/{type}': { post } },
    schemas: { ...schemas, ...requestSchemas(ANY, keepsRecords) },
  };
}

function requestSchemas(definition: JobType, keepsRecords: boolean): Schemas {
  const { type } = definition;
  const classes = requestClassesOf(definition);
  const request = schemaOf(classes.request, `${type}.input`);
  const line = schemaOf(keepsRecords ? classes.line : classes.request, `${type}.input`);
  return { ...request.components, [`${type}.request`]: request.schema, [`${type}.line`]: line.schema };
}

interface OperationParts {
  readonly operationId: string;
  readonly keepsRecords: boolean;
  /** The parameter of a path that takes every type. */
  readonly type?: ParameterObject;
}

const LOCATION = {
  Location: { description: 'Where its result will be.', schema: { type: 'string', format: 'uri-reference' } },
};

const IDEMPOTENCY_KEY: ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'For one job. The same key with the same body again, by the same caller and for the same type: the same id, one effect.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};

function operation(definition: JobType, { operationId, keepsRecords, type }: OperationParts): OperationObject {
  const accepted: ResponseObject = {
    description: 'The queue has the job.',
    ...(keepsRecords && { headers: LOCATION }),
    content: { [JSON_TYPE]: { schema: { $ref: getSchemaPath(AcceptedJob) } } },
  };
  const many = `in bulk: than ${sizeText(MAX_BULK_BYTES)}`;
  return {
    operationId,
    tags: ['jobs'],
    summary: type ? 'Put jobs on the queue' : `Put jobs of type ${definition.type} on the queue`,
    description: keepsRecords ? DESCRIPTION + KEYS : DESCRIPTION,
    parameters: [...(type ? [type] : []), ...(keepsRecords ? [IDEMPOTENCY_KEY] : [])],
    requestBody: requestBody(definition),
    responses: {
      200: { description: 'In bulk: an answer for each line, in the order of the lines.', content: ANSWERS },
      202: accepted,
      ...problemResponses({
        ...(type && { 404: 'There are no jobs of this type.' }),
        413: type
          ? `The body is larger than its type allows; ${many}.`
          : `The body is larger than ${sizeText(definition.policy.sizeLimitBytes)}; ${many}.`,
        415: `The body is neither JSON nor, in bulk, ${LINES_TYPE}; or not in UTF-8, or compressed.`,
        ...(keepsRecords && { 422: undefined }),
        503: undefined,
      }),
    },
  };
}

const DESCRIPTION =
  'Answers once the queue has them; the work comes later. In bulk, with `content-type: ' +
  `${LINES_TYPE}\`, one body a line: at most ${MAX_BULK_LINES} lines and ${sizeText(MAX_BULK_BYTES)}. ` +
  'Lines end with a newline, or with CRLF; an empty line is one that is refused. Each line is taken or refused ' +
  'alone, and counts as a request towards the limit of requests a second; from the first one over it on, all are refused. Of a body that is malformed as a whole ' +
  'nothing is queued. On a FIFO queue the lines of a group are queued in their order.';

const KEYS = ` At most ${MAX_KEYED_LINES} lines may have an \`idempotencyKey\`, and from the next on all are refused; the header Idempotency-Key is for one job alone.`;

/** A body of lines, in the words of OpenAPI 3.2. Readers of 3.0 see a text. */
const linesOf = (item: object, example?: string): ContentObject => ({
  [LINES_TYPE]: {
    schema: { type: 'string', ...{ 'x-itemSchema': item } },
    ...(example !== undefined && { example }),
  },
});

const ACCEPTED_LINE = { id: EXAMPLE_ID, status: 'accepted' };
const REFUSED_LINE = { ...inputTooLarge(BODY_LIMIT_BYTES).toJSON(), line: 2 };
const ANSWERED = [ACCEPTED_LINE, REFUSED_LINE].map((line) => `${JSON.stringify(line)}\n`).join('');

const ANSWERS = linesOf(
  { oneOf: [AcceptedJob, LineProblem].map((model) => ({ $ref: getSchemaPath(model) })) },
  ANSWERED,
);

function requestBody({ type, example }: JobType): RequestBodyObject {
  const body = example && { input: example.input };
  const schema = refTo(`${type}.request`);
  const lines = body && `${JSON.stringify(body)}\n`.repeat(2);
  return {
    required: true,
    content: { [JSON_TYPE]: { schema, ...(body && { example: body }) }, ...linesOf(refTo(`${type}.line`), lines) },
  };
}
