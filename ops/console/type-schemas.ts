import { type Fields, fieldsOf, parsedJson } from '../../contract/json';
import { DEFINITIONS } from '../../jobs/definitions';
import { schemaOf } from '../../service/schemas';

/** A job type, for a form. */
export interface TypeSchema {
  readonly type: string;
  readonly version: number;
  /** Of the input, in OpenAPI 3.0's words; what it refers to is in its own `$defs`. */
  readonly schema: Fields;
  /** An input as JSON text. */
  readonly example?: string;
}

const REFERENCE = /"\$ref":"#\/components\/schemas\//g;

export const typeSchemas = (): TypeSchema[] =>
  DEFINITIONS.map(({ type, version, input, example }) => {
    const { schema, components } = schemaOf(input, type);
    const text = JSON.stringify({ ...schema.properties?.['input'], $defs: components });
    return {
      type,
      version,
      schema: fieldsOf(parsedJson(text.replace(REFERENCE, '"$ref":"#/$defs/'))),
      ...(example && { example: JSON.stringify(example.input) }),
    };
  });
