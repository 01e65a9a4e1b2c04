import { type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useDebounced } from './ask';
import { Input, Labelled, type Option, Select } from './fields';
import { type FilterName, firstPage, go, type Route } from './route';

const SINCE = [
  ['', 'any time'],
  ['1h', 'the last hour'],
  ['24h', 'the last day'],
  ['7d', 'the last week'],
] as const;

const HELD = [
  ['', 'held or not'],
  ['false', 'not held'],
  ['true', 'held'],
] as const;

const TYPED_MS = 150;

interface FiltersProps {
  readonly route: Route;
  readonly reasons: readonly string[];
  readonly types: readonly string[];
}

const named = (any: string, values: readonly string[]): readonly Option[] => [
  ['', any],
  ...values.map((value) => [value, value] as const),
];

/** Typing is one step of the history, and asks for an answer only when it rests. */
function TextFilter({ route, put }: { readonly route: Route; readonly put: (text: string) => void }): JSX.Element {
  const given = route.text ?? '';
  const [text, set] = useState(given);
  const settled = useDebounced(text, TYPED_MS);
  useEffect(() => {
    if (settled !== given) put(settled);
  }, [settled]);
  useEffect(() => {
    set(given);
  }, [given]);
  return (
    <Labelled name="Text in error or body" class="grow">
      <Input type="search" value={text} set={set} />
    </Labelled>
  );
}

export function Filters({ route, reasons, types }: FiltersProps): JSX.Element {
  const put =
    (name: FilterName, how: 'push' | 'replace' = 'push') =>
    (value: string) => {
      go({ ...firstPage(route), [name]: value }, how);
    };
  const choices: readonly (readonly [FilterName, string, readonly Option[]])[] = [
    ['reason', 'Reason', named('any', reasons)],
    ['type', 'Type', named('any', types)],
    ['since', 'Failed', SINCE],
    ['held', 'Held', HELD],
  ];
  return (
    <div class="filters" role="group" aria-label="Filters">
      <TextFilter route={route} put={put('text', 'replace')} />
      {choices.map(([name, title, options]) => (
        <Labelled key={name} name={title}>
          <Select value={route[name] ?? ''} options={options} set={put(name)} />
        </Labelled>
      ))}
    </div>
  );
}
