import { type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type JobType } from './api';
import { definitionsOf, resolve } from './draft';
import { Field } from './form';
import { parseJson, writeJson } from './json';

interface InputEditorProps {
  /** None if the input's type is not known here: then there is no form. */
  readonly type: JobType | undefined;
  readonly text: string;
  readonly set: (text: string) => void;
}

/** The text of an input, by a form or as JSON; each goes on where the other stood. */
export function InputEditor({ type, text, set }: InputEditorProps): JSX.Element {
  const [raw, setRaw] = useState(false);
  const json = parseJson(text);
  // A number half typed is no JSON yet, but the form's own.
  const [draft, setDraft] = useState(json);
  const asForm = type !== undefined && !raw;
  const definitions = type ? definitionsOf(type) : {};
  const toggle = (): void => {
    if (asForm && json) set(writeJson(json, '  '));
    if (!asForm) setDraft(json);
    setRaw(asForm);
  };
  return (
    <div class="editor">
      {type && (
        <label class="check">
          <input type="checkbox" checked={raw} onChange={toggle} />
          As JSON
        </label>
      )}
      {asForm ? (
        <Field
          name="input"
          schema={resolve(type.schema, definitions)}
          definitions={definitions}
          value={draft}
          required
          set={(value) => {
            setDraft(value);
            set(value ? writeJson(value) : '');
          }}
        />
      ) : (
        <label>
          <span>
            input<small>JSON; digits stay as you type them</small>
          </span>
          <textarea
            rows={10}
            spellcheck={false}
            value={text}
            onInput={({ currentTarget }) => {
              set(currentTarget.value);
            }}
          />
        </label>
      )}
    </div>
  );
}
