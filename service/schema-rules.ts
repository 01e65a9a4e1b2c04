import * as rules from 'class-validator';
import { type validationMetadataArrayToSchemas } from 'class-validator-jsonschema';
import { elementsOf, fieldsOf } from '../contract/json';
import { prototypeOf } from '../contract/rule';

type Options = NonNullable<Parameters<typeof validationMetadataArrayToSchemas>[1]>;

/** The schema of each rule, by its name. */
type Converters = NonNullable<Options['additionalConverters']>;

/** A rule as class-validator notes it. */
export type NotedRule = Parameters<typeof validationMetadataArrayToSchemas>[0][number];

/** The schema of a rule. */
export type RuleSchema = ReturnType<typeof validationMetadataArrayToSchemas>[string];

const escaped = (text: string): string => text.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&');

const DATES: RuleSchema = { type: 'string', anyOf: [{ format: 'date' }, { format: 'date-time' }] };

/** An enum, with its type if all values have the same. */
function enumOf(values: readonly unknown[]): RuleSchema {
  const [type, ...others] = new Set(values.map((value) => typeof value));
  const isOne = others.length === 0 && (type === 'string' || type === 'number' || type === 'boolean');
  return { ...(isOne && { type }), enum: [...values] };
}

/** The declared type of the property, since nothing else is known of a team's own rule. */
function declaredOf({ target, propertyName, each }: NotedRule): RuleSchema {
  if (typeof target !== 'function' || each) return {};
  const declared: unknown = Reflect.getMetadata('design:type', prototypeOf(target), propertyName);
  if (declared === String) return { type: 'string' };
  if (declared === Number) return { type: 'number' };
  if (declared === Boolean) return { type: 'boolean' };
  return declared === Array ? { type: 'array', items: {} } : {};
}

function patternOf(noted: NotedRule): RuleSchema {
  const [pattern, flags = ''] = elementsOf(noted.constraints);
  const { source, flags: all } =
    pattern instanceof RegExp ? pattern : { source: String(pattern), flags: String(flags) };
  // A schema has no word for flags.
  return { type: 'string', ...(!/[ims]/.test(all) && { pattern: source }) };
}

/**
 * Rules for which class-validator-jsonschema contradicts OpenAPI 3.0 or the rule itself. Whether a property may
 * be null or absent is not stated here: the rules are run to find out.
 */
export const MENDED: Converters = {
  [rules.ValidationTypes.CUSTOM_VALIDATION]: declaredOf,
  [rules.IS_DEFINED]: {},
  [rules.IS_NOT_EMPTY]: (noted) => ({ ...declaredOf(noted), minLength: 1 }),
  [rules.IS_EMPTY]: { enum: [''] },
  [rules.EQUALS]: ({ constraints: [value] }) => enumOf([value]),
  [rules.NOT_EQUALS]: ({ constraints: [value] }) => ({ not: enumOf([value]) }),
  [rules.IS_IN]: ({ constraints: [values] }) => enumOf(elementsOf(values)),
  [rules.IS_NOT_IN]: ({ constraints: [values] }) => ({ not: enumOf(elementsOf(values)) }),
  [rules.IS_ENUM]: ({ constraints: [values] }) => enumOf(Object.values(fieldsOf(values))),
  [rules.IS_POSITIVE]: { type: 'number', minimum: 0, exclusiveMinimum: true },
  [rules.IS_NEGATIVE]: { type: 'number', maximum: 0, exclusiveMaximum: true },
  [rules.IS_ISO8601]: DATES,
  [rules.IS_DATE_STRING]: DATES,
  [rules.IS_BOOLEAN_STRING]: { type: 'string', enum: ['true', 'false', '1', '0'] },
  [rules.IS_NUMBER_STRING]: { type: 'string', pattern: '^[+-]?([0-9]*[.])?[0-9]+$' },
  [rules.IS_HEXADECIMAL]: { type: 'string', pattern: '^(0[xXhH])?[0-9a-fA-F]+$' },
  [rules.IS_HEX_COLOR]: { type: 'string', pattern: '^#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$' },
  [rules.IS_BASE64]: { type: 'string', format: 'byte' },
  [rules.IS_IP]: ({ constraints: [version] }) =>
    version
      ? { type: 'string', format: `ipv${version}` }
      : { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
  [rules.CONTAINS]: ({ constraints: [text] }) => ({ type: 'string', pattern: escaped(String(text)) }),
  [rules.NOT_CONTAINS]: ({ constraints: [text] }) => ({ type: 'string', not: { pattern: escaped(String(text)) } }),
  [rules.MATCHES]: patternOf,
};
