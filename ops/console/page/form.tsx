/** A form made from a JSON Schema. What it holds is JSON as text, so that a large number stays what was typed. */
import { type JSX } from 'preact';
import { type Definitions, type Schema } from './answers';
import { emptyOf, fits, itemsOf, kindOf, resolve, withMember } from './draft';
import { Area, Input, Labelled, type Option, Select } from './fields';
import { type Json, memberOf, scalar, stringIn, writeJson } from './json';

export interface FieldProps {
  readonly name: string;
  readonly schema: Schema;
  readonly definitions: Definitions;
  readonly value: Json | undefined;
  /** Undefined takes the value out. */
  readonly set: (value: Json | undefined) => void;
  readonly required: boolean;
}

function hintOf({ type, minimum, maximum, minLength, maxLength, description }: Schema): string {
  const range = (what: string, from?: number, to?: number): string[] => {
    if (from !== undefined && to !== undefined) return [`${from} to ${to}${what}`];
    if (from !== undefined) return [`from ${from}${what}`];
    return to === undefined ? [] : [`up to ${to}${what}`];
  };
  return [
    ...(typeof type === 'string' ? [type] : []),
    ...range('', minimum, maximum),
    ...range(' characters', minLength, maxLength),
    ...(description === undefined ? [] : [description]),
  ].join(', ');
}

const textOf = (value: Json | undefined): string => (value ? writeJson(value) : '');

function Control({ schema, value, set, required }: FieldProps): JSX.Element {
  const kind = fits(value, schema) ? kindOf(schema) : 'json';
  const text = textOf(value);
  const put = (next: string): void => {
    set(next === '' && !required ? undefined : { kind: 'scalar', text: next });
  };
  if (kind === 'string')
    return (
      <Input
        value={stringIn(value) ?? ''}
        set={(next) => {
          set(next === '' && !required ? undefined : scalar(next));
        }}
      />
    );
  if (kind === 'number') return <Input inputMode="decimal" class="digits" value={text} set={put} />;
  if (kind === 'json') return <Area rows={3} value={text} set={put} />;
  const choices = kind === 'boolean' ? [true, false] : (schema.enum ?? []);
  const options = choices.map((choice): Option => [JSON.stringify(choice), String(choice)]);
  return <Select value={text} options={required ? options : [['', 'not given'], ...options]} set={put} />;
}

function Members({ schema, definitions, value, set, name }: FieldProps): JSX.Element {
  return (
    <fieldset>
      <legend>{name}</legend>
      {Object.entries(schema.properties ?? {}).map(([key, one]) => (
        <Field
          key={key}
          name={key}
          schema={resolve(one, definitions)}
          definitions={definitions}
          value={memberOf(value, key)}
          required={schema.required?.includes(key) ?? false}
          set={(member) => {
            set(withMember(value, key, member));
          }}
        />
      ))}
    </fieldset>
  );
}

interface ItemProps {
  readonly name: string;
  readonly remove: () => void;
  readonly children: JSX.Element;
}

function Item({ name, remove, children }: ItemProps): JSX.Element {
  return (
    <div class="item">
      {children}
      <button type="button" class="quiet" aria-label={`Remove ${name}`} onClick={remove}>
        Remove
      </button>
    </div>
  );
}

function Items({ schema, definitions, value, set, name }: FieldProps): JSX.Element {
  const items = itemsOf(value);
  const one = resolve(schema.items ?? {}, definitions);
  const put = (next: readonly Json[]): void => {
    set({ kind: 'array', items: next });
  };
  const itemAt = (item: Json, position: number): JSX.Element => {
    const itsName = `${name} ${position + 1}`;
    const setItem = (next: Json | undefined): void => {
      if (next) put(items.with(position, next));
    };
    const remove = (): void => {
      put(items.toSpliced(position, 1));
    };
    return (
      <Item key={position} name={itsName} remove={remove}>
        <Field name={itsName} schema={one} definitions={definitions} value={item} required set={setItem} />
      </Item>
    );
  };
  const add = (): void => {
    put([...items, emptyOf(one, definitions)]);
  };
  return (
    <fieldset>
      <legend>{name}</legend>
      {items.map(itemAt)}
      <button type="button" onClick={add}>
        Add to {name}
      </button>
    </fieldset>
  );
}

export function Field(props: FieldProps): JSX.Element {
  const { name, schema, value, required } = props;
  const kind = kindOf(schema);
  if (kind === 'object' && fits(value, schema)) return <Members {...props} />;
  if (kind === 'array' && fits(value, schema)) return <Items {...props} />;
  return (
    <Labelled name={name} optional={!required} hint={hintOf(schema)}>
      <Control {...props} />
    </Labelled>
  );
}
