import { type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useSettled } from './ask';
import { type FilterName, go, type Route } from './route';

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

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly set: (value: string) => void;
}

function Select({ label, value, options, set }: SelectProps): JSX.Element {
  // An address may name what is not there now.
  const all = options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
  return (
    <label>
      <span>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          set(currentTarget.value);
        }}
      >
        {all.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface FiltersProps {
  readonly route: Route;
  readonly reasons: readonly string[];
  readonly types: readonly string[];
}

const named = (any: string, values: readonly string[]): readonly (readonly [string, string])[] => [
  ['', any],
  ...values.map((value) => [value, value] as const),
];

export function Filters({ route, reasons, types }: FiltersProps): JSX.Element {
  const [text, setText] = useState(route.text ?? '');
  const settled = useSettled(text, TYPED_MS);
  const { after: _, ...rest } = route;
  const put = (name: FilterName, how?: 'replace') => (value: string) => {
    go({ ...rest, [name]: value }, how);
  };
  useEffect(() => {
    if (settled !== (route.text ?? '')) put('text', 'replace')(settled);
  }, [settled]);
  useEffect(() => {
    setText(route.text ?? '');
  }, [route.text]);
  return (
    <div class="filters" role="group" aria-label="Filters">
      <label class="grow">
        <span>Text in error or body</span>
        <input
          type="search"
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
          }}
        />
      </label>
      <Select label="Reason" value={route.reason ?? ''} options={named('any', reasons)} set={put('reason')} />
      <Select label="Type" value={route.type ?? ''} options={named('any', types)} set={put('type')} />
      <Select label="Failed" value={route.since ?? ''} options={SINCE} set={put('since')} />
      <Select label="Held" value={route.held ?? ''} options={HELD} set={put('held')} />
    </div>
  );
}
