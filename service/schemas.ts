import { type OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage, IS_INT, ValidationTypes } from 'class-validator';
import { validationMetadataArrayToSchemas } from 'class-validator-jsonschema';
import { elementsOf } from '../contract/json';
import { takes } from '../contract/reading';
import { constraintsOf, type Noted } from '../contract/rule';
import { type Class, type Field, type Shape, shapeOf } from '../contract/shape';
import { MENDED, type NotedRule, type RuleSchema } from './schema-rules';

type AnySchema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];
type Schema = Exclude<AnySchema, { $ref: string }>;

/** A class in OpenAPI 3.0. */
export interface ClassSchema {
  readonly schema: Schema;
  /** The schemas that it refers to, for `components.schemas` of the document. */
  readonly components: Readonly<Record<string, Schema>>;
}

/**
 * The schema of a class, derived from its rules: it accepts what they accept, as far as a schema can say so. Each class
 * that is nested is a component, under a name that begins with `prefix`. `@JSONSchema` of class-validator-jsonschema,
 * on a property or a class, adds what rules do not know, such as a description or an example.
 */
export function schemaOf(type: Class, prefix = type.name): ClassSchema {
  const schemas = new Schemas(prefix);
  const schema = schemas.object(shapeOf(type));
  return { schema, components: schemas.components };
}

type Reference = Exclude<AnySchema, Schema>;

class Schemas {
  readonly components: Record<string, Schema> = {};
  private readonly names = new Map<Shape, string>();

  constructor(private readonly prefix: string) {}

  object(shape: Shape): Schema {
    const fields = [...shape.fields.values()];
    const { properties = {}, ...schema } = this.byRules(shape);
    for (const field of fields) properties[field.name] = completed(shape, field, properties[field.name] as Schema);
    const required = fields.filter((field) => isRequired(shape, field)).map(({ name }) => name);
    delete schema.required;
    return { ...schema, properties, ...(required.length > 0 && { required }), additionalProperties: false };
  }

  /** The schema by class-validator-jsonschema, with inherited rules as if they were the class's own. */
  private byRules({ type, fields }: Shape): Schema {
    const noted: readonly Noted[] = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    const own = noted
      .map(
        (rule) => ({ ...rule, target: type, type: constraintsOf(rule)[0]?.name ?? rule.type }) as unknown as NotedRule,
      )
      // If rules name different types, the last one counts.
      .sort((a, b) => Number(a.type === IS_INT) - Number(b.type === IS_INT));
    const nested = ({ propertyName }: { propertyName: string }): RuleSchema | Reference => {
      const found = fields.get(propertyName)?.nested;
      if (found === undefined) return {};
      const reference = this.refer(found.shape);
      // OpenAPI 3.0 ignores what stands beside a reference.
      return found.each ? reference : { allOf: [reference] };
    };
    const additionalConverters = { ...MENDED, [ValidationTypes.NESTED_VALIDATION]: nested };
    const [schema = {}] = Object.values(validationMetadataArrayToSchemas(own, { additionalConverters }));
    return schema as Schema;
  }

  private refer(shape: Shape): Reference {
    const name = this.names.get(shape) ?? this.freeName(shape.type.name);
    if (!this.names.has(shape)) {
      this.names.set(shape, name);
      this.components[name] = this.object(shape);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  private freeName(name: string): string {
    const others = [...this.names.keys()].filter(({ type }) => type.name === name).length;
    return `${this.prefix}.${name}${others > 0 ? `-${others + 1}` : ''}`;
  }
}

/** Whether it is required in an empty object; a condition may be met in others. */
const isRequired = (shape: Shape, field: Field): boolean =>
  field.conditions.length === 0 && !mayBe(undefined, shape, field);

/** Whether the rules accept `value`. A team's own rule may answer with a promise. */
function mayBe(value: unknown, shape: Shape, field: Field): boolean {
  try {
    return takes(shape, field, value);
  } catch {
    return false;
  }
}

/** Adds what no single rule says. */
function completed(shape: Shape, field: Field, schema: Schema): Schema {
  return mayBe(null, shape, field) ? orNull(schema) : schema;
}

/** OpenAPI 3.0 has no type null. */
const NULL: Schema = { type: 'object', nullable: true, enum: [null] };

function orNull(schema: Schema): Schema {
  const { type, allOf, enum: values, ...rest } = schema;
  if (allOf !== undefined) return { ...rest, anyOf: [...allOf, NULL] };
  const nullable = { ...schema, ...(type && { nullable: true }) };
  return values === undefined ? nullable : { ...nullable, enum: [...elementsOf(values), null] };
}
