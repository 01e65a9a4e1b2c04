import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type JobType } from './answers';
import { definitionsOf, resolve } from './draft';
import { Area, Check, Labelled } from './fields';
import { Field } from './form';
import { type Json, parseJson, writeJson } from './json';

interface InputEditorProps {
  /** None if the input's type is not known here: then there is no form. */
  readonly type: JobType | undefined;
  readonly text: string;
  readonly set: (text: string) => void;
}

/** A number half typed is no JSON yet: the form keeps it as it stands. */
function Form({ type, text, set }: InputEditorProps & { readonly type: JobType }): JSX.Element {
  const [draft, setDraft] = useState(() => parseJson(text));
  const definitions = definitionsOf(type);
  const put = (value: Json | undefined): void => {
    setDraft(value);
    set(value ? writeJson(value) : '');
  };
  return (
    <Field
      name="input"
      schema={resolve(type.schema, definitions)}
      definitions={definitions}
      value={draft}
      required
      set={put}
    />
  );
}

/** The text of an input, by a form or as JSON; each goes on where the other stood. */
export function InputEditor({ type, text, set }: InputEditorProps): JSX.Element {
  const [raw, setRaw] = useState(false);
  const toggle = (next: boolean): void => {
    const json = parseJson(text);
    if (next && json) set(writeJson(json, '  '));
    setRaw(next);
  };
  return (
    <div class="editor">
      {type && <Check name="As JSON" checked={raw} set={toggle} />}
      {type && !raw ? (
        <Form type={type} text={text} set={set} />
      ) : (
        <Labelled name="input" hint="JSON; digits stay as you type them">
          <Area rows={10} value={text} set={set} />
        </Labelled>
      )}
    </div>
  );
}
