/** A form's side of JSON: what is shown for a schema, and how a value is changed by a path into it. */
import { type Definitions, type JobType, type Schema } from './answers';
import { type Json, nameOf, scalar } from './json';

type Kind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'choice' | 'json';

export function definitionsOf({ schema }: Pick<JobType, 'schema'>): Definitions {
  return schema.$defs ?? {};
}

/** What `$ref` names; a schema that is nowhere to be found takes any JSON. */
export function resolve(schema: Schema, definitions: Definitions): Schema {
  if (schema.$ref === undefined) return schema;
  return definitions[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {};
}

export function kindOf({ type, enum: choices, properties, items }: Schema): Kind {
  if (choices) return 'choice';
  if (type === 'object' && properties) return 'object';
  if (type === 'array' && items) return 'array';
  if (type === 'integer') return 'number';
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'json';
}

const EMPTY: Readonly<Record<Kind, Json>> = {
  object: { kind: 'object', members: [] },
  array: { kind: 'array', items: [] },
  string: scalar(''),
  number: { kind: 'scalar', text: '' },
  boolean: scalar(false),
  choice: scalar(null),
  json: { kind: 'scalar', text: '' },
};

/** What a form begins with: the members that must be there, empty. */
export function emptyOf(schema: Schema, definitions: Definitions): Json {
  const kind = kindOf(schema);
  if (kind === 'choice') return scalar(schema.enum?.[0] ?? null);
  if (kind !== 'object') return EMPTY[kind];
  const members = Object.entries(schema.properties ?? {})
    .filter(([name]) => schema.required?.includes(name))
    .map(([name, one]) => [JSON.stringify(name), emptyOf(resolve(one, definitions), definitions)] as const);
  return { kind: 'object', members };
}

/** With the member set; without it if there is no value. */
export function withMember(json: Json | undefined, name: string, value: Json | undefined): Json {
  const members = json?.kind === 'object' ? json.members : [];
  if (value === undefined) return { kind: 'object', members: members.filter((member) => nameOf(member) !== name) };
  const place = members.findIndex((member) => nameOf(member) === name);
  const entry = [JSON.stringify(name), value] as const;
  return { kind: 'object', members: place < 0 ? [...members, entry] : members.with(place, entry) };
}

export const itemsOf = (json: Json | undefined): readonly Json[] => (json?.kind === 'array' ? json.items : []);

/** A form can show a value only if it is of the schema's shape. */
export function fits(json: Json | undefined, schema: Schema): boolean {
  const kind = kindOf(schema);
  if (!json || kind === 'json') return true;
  if (kind === 'object' || kind === 'array') return json.kind === kind;
  return json.kind === 'scalar' && (kind !== 'string' || json.text.startsWith('"'));
}
