/** A form made from a JSON Schema. What it holds is JSON as text, so that a large number stays what was typed. */
import { type JSX } from 'preact';
import { type Schema } from './api';
import { type Definitions, emptyOf, fits, itemsOf, kindOf, resolve, withMember } from './draft';
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
  const put = (text: string): void => {
    set(text === '' && !required ? undefined : { kind: 'scalar', text });
  };
  switch (kind) {
    case 'string':
      return (
        <input
          value={stringIn(value) ?? ''}
          onInput={({ currentTarget: { value: text } }) => {
            set(text === '' && !required ? undefined : scalar(text));
          }}
        />
      );
    case 'number':
      return (
        <input
          inputMode="decimal"
          class="digits"
          value={textOf(value)}
          onInput={({ currentTarget }) => {
            put(currentTarget.value.trim());
          }}
        />
      );
    case 'boolean':
    case 'choice':
      return <Choice options={kind === 'boolean' ? [true, false] : (schema.enum ?? [])} {...{ value, put, required }} />;
    default:
      return (
        <textarea
          rows={3}
          spellcheck={false}
          value={textOf(value)}
          onInput={({ currentTarget }) => {
            put(currentTarget.value);
          }}
        />
      );
  }
}

interface ChoiceProps {
  readonly options: readonly unknown[];
  readonly value: Json | undefined;
  readonly put: (text: string) => void;
  readonly required: boolean;
}

function Choice({ options, value, put, required }: ChoiceProps): JSX.Element {
  return (
    <select
      value={textOf(value)}
      onChange={({ currentTarget }) => {
        put(currentTarget.value);
      }}
    >
      {!required && <option value="">not given</option>}
      {options.map((option) => (
        <option key={String(option)} value={JSON.stringify(option)}>
          {String(option)}
        </option>
      ))}
    </select>
  );
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

function Items({ schema, definitions, value, set, name }: FieldProps): JSX.Element {
  const items = itemsOf(value);
  const one = resolve(schema.items ?? {}, definitions);
  const put = (next: readonly Json[]): void => {
    set({ kind: 'array', items: next });
  };
  return (
    <fieldset>
      <legend>{name}</legend>
      {items.map((item, position) => (
        <div class="item" key={position}>
          <Field
            name={`${name} ${position + 1}`}
            schema={one}
            definitions={definitions}
            value={item}
            required
            set={(next) => {
              put(next ? items.with(position, next) : items);
            }}
          />
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${name} ${position + 1}`}
            onClick={() => {
              put(items.filter((_, other) => other !== position));
            }}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        onClick={() => {
          put([...items, emptyOf(one, definitions)]);
        }}
      >
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
    <label>
      <span>
        {name}
        {!required && <em> optional</em>}
        <small>{hintOf(schema)}</small>
      </span>
      <Control {...props} />
    </label>
  );
}
