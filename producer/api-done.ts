import { type ExamplesObject, type OpenAPIObject } from '@nestjs/swagger';
import { type JobType } from '../contract/job-type';
import { DoneJob, EXAMPLE_ID } from './answers';
import { type ClassSchema, schemaOf } from '../service/schemas';

type Schemas = Record<string, ClassSchema['schema']>;

const PATH = '/results/{id}';
const TIME = '2026-11-22T10:00:00.000Z';

/**
 * Describes a done job in the document: one schema for each type, discriminated by `type`, with its own input
 * and result, so that generated clients have a type for each.
 */
export function describeDone(document: OpenAPIObject, definitions: readonly JobType[]): void {
  const { schemas } = document.components ?? {};
  const any = schemas?.[DoneJob.name];
  if (schemas === undefined || any === undefined || '$ref' in any) return;
  const mapping: Record<string, string> = {};
  for (const definition of definitions) {
    const name = `${definition.type}.done`;
    Object.assign(schemas, doneSchemas(definition, name, any));
    mapping[definition.type] = `#/components/schemas/${name}`;
  }
  const oneOf = Object.values(mapping).map(($ref) => ({ $ref }));
  schemas[DoneJob.name] = { oneOf, discriminator: { propertyName: 'type', mapping } };
  describeExamples(document, definitions);
}

function doneSchemas({ type, input, result }: JobType, name: string, any: ClassSchema['schema']): Schemas {
  const taken = schemaOf(input, `${type}.input`);
  const made = schemaOf(result, `${type}.result`);
  const properties = {
    ...any.properties,
    type: { type: 'string', enum: [type] },
    ...taken.schema.properties,
    ...made.schema.properties,
  };
  return { ...taken.components, ...made.components, [name]: { ...any, properties } };
}

function describeExamples({ paths }: OpenAPIObject, definitions: readonly JobType[]): void {
  const ended = paths[PATH]?.get?.responses['200'];
  const content = ended !== undefined && 'content' in ended ? ended.content['application/json'] : undefined;
  if (content === undefined) return;
  const examples: ExamplesObject = {};
  for (const { type, example } of definitions) {
    if (example === undefined) continue;
    examples[type] = { value: { id: EXAMPLE_ID, type, status: 'done', ...example, completedAt: TIME } };
  }
  content.examples = examples;
}
