import { type ComponentChildren, type JSX } from 'preact';

interface LabelledProps {
  readonly name: ComponentChildren;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A control under its name. */
export function Labelled({ name, hint, optional = false, class: look, children }: LabelledProps): JSX.Element {
  return (
    <label class={look}>
      <span>
        {name}
        {optional && <em> optional</em>}
        {hint !== undefined && hint !== '' && <small>{hint}</small>}
      </span>
      {children}
    </label>
  );
}

interface InputProps {
  readonly value: string;
  readonly set: (value: string) => void;
  readonly type?: 'number' | 'search';
  readonly class?: string;
  readonly placeholder?: string;
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly inputMode?: 'decimal' | 'text';
  readonly autoFocus?: boolean;
}

export function Input({ set, type, ...rest }: InputProps): JSX.Element {
  const take = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    set(currentTarget.value);
  };
  const common = { ...rest, autoComplete: 'off', onInput: take } as const;
  if (type === 'number') return <input {...common} type="number" />;
  return type === 'search' ? <input {...common} type="search" /> : <input {...common} />;
}

interface AreaProps {
  readonly rows: number;
  readonly value: string;
  readonly set: (value: string) => void;
}

/** JSON as it is typed. */
export function Area({ set, ...rest }: AreaProps): JSX.Element {
  return (
    <textarea
      {...rest}
      spellcheck={false}
      onInput={({ currentTarget }) => {
        set(currentTarget.value);
      }}
    />
  );
}

interface CheckProps {
  readonly name: string;
  readonly checked: boolean;
  readonly set: (checked: boolean) => void;
}

export function Check({ name, checked, set }: CheckProps): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={({ currentTarget }) => {
          set(currentTarget.checked);
        }}
      />
      {name}
    </label>
  );
}

export type Option = readonly [value: string, name: string];

interface SelectProps {
  readonly value: string;
  readonly options: readonly Option[];
  readonly set: (value: string) => void;
}

export function Select({ value, options, set }: SelectProps): JSX.Element {
  // An address may name what is not there now.
  const all = options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
  return (
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
  );
}

/** Where work is confirmed by the Enter key or its button. */
export const submitting = (work: () => void) => (event: Event) => {
  event.preventDefault();
  work();
};
