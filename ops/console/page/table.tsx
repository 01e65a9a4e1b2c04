import { type ComponentChildren, type JSX } from 'preact';

/** `wide`: not on narrow screens; `figure-cell`: numbers, to the right; `box`: a checkbox. */
type Look = 'wide' | 'figure-cell' | 'wide figure-cell' | 'box' | '';

export type Column = readonly [title: ComponentChildren, look?: Look];

interface TableProps {
  /** For screen readers. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly children: ComponentChildren;
  readonly class?: string;
}

export function Table({ caption, columns, children, class: name }: TableProps): JSX.Element {
  return (
    <table class={name}>
      <caption class="unseen-title">{caption}</caption>
      <thead>
        <tr>
          {columns.map(([title, look], position) => (
            <th key={position} scope="col" class={look}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
