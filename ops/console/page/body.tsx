import { type JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Check } from './fields';
import { bytes } from './format';
import { parseJson, writeJson } from './json';
import { Copy, Foreign } from './parts';

/** The last choice, which the next letter keeps. */
let wasIndented = false;

/** A text as received, or indented without changing a digit. */
export function Body({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
  const [indented, indent] = useState(wasIndented);
  const json = useMemo(() => parseJson(text), [text]);
  const shown = indented && json ? writeJson(json, '  ') : text;
  return (
    <div class="body">
      <p class="small tools">
        <span>
          {bytes(text)}
          {!json && ', not JSON'}
        </span>
        {json && json.kind !== 'scalar' && (
          <Check
            name="Indented"
            checked={indented}
            set={(next) => {
              wasIndented = next;
              indent(next);
            }}
          />
        )}
        <Copy text={text} what={what} />
      </p>
      <pre tabIndex={0} role="region" aria-label={what}>
        <Foreign text={shown} />
      </pre>
    </div>
  );
}
