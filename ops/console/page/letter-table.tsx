import { type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Failure } from './answers';
import { shortId } from './format';
import { useReadOnly } from './live';
import { Foreign, Link, Time } from './parts';
import { type Column, Table } from './table';

interface LetterTableProps {
  readonly jobs: readonly Failure[];
  readonly selected: ReadonlySet<string>;
  readonly select: (selected: ReadonlySet<string>) => void;
}

const firstLine = (error: string): string => error.split('\n')[0]?.slice(0, 300) ?? '';

function AllBox({ jobs, selected, select }: LetterTableProps): JSX.Element {
  const box = useRef<HTMLInputElement>(null);
  const here = jobs.filter(({ id }) => selected.has(id)).length;
  const all = here === jobs.length;
  useEffect(() => {
    if (box.current) box.current.indeterminate = here > 0 && !all;
  }, [here, all]);
  const toggle = (): void => {
    const ids = jobs.map(({ id }) => id);
    const rest = [...selected].filter((id) => !ids.includes(id));
    select(new Set(all ? rest : [...rest, ...ids]));
  };
  return <input ref={box} type="checkbox" aria-label="Select all on this page" checked={all} onChange={toggle} />;
}

interface RowProps {
  readonly job: Failure;
  readonly chosen: boolean;
  /** None where nothing can be changed. */
  readonly toggle?: () => void;
}

function Row({ job, chosen, toggle }: RowProps): JSX.Element {
  const { id, type, reason, error, attempts, at, held, letter } = job;
  return (
    <tr class={chosen ? 'chosen-row' : ''}>
      {toggle && (
        <td class="box">
          <input type="checkbox" aria-label={`Select job ${id}`} checked={chosen} onChange={toggle} />
        </td>
      )}
      <td class="main-cell">
        <Link to={{ view: 'job', id }}>{error === '' ? 'No error was kept' : <Foreign text={firstLine(error)} />}</Link>
        {held && (
          <span class="tag" title={`Held by ${held.who}`}>
            held{held.note !== undefined && held.note !== '' && <>: {<Foreign text={held.note} />}</>}
          </span>
        )}
        {letter === undefined && <span class="tag">no letter found</span>}
        <span class="narrow small">
          {type} · {reason}
        </span>
      </td>
      <td class="wide">{reason}</td>
      <td class="wide">{type}</td>
      <td class="wide figure-cell">{attempts}</td>
      <td class="wide">
        <code title={id}>{shortId(id)}</code>
      </td>
      <td class="time">
        <Time at={at} />
      </td>
    </tr>
  );
}

const COLUMNS: readonly Column[] = [
  ['Error'],
  ['Reason', 'wide'],
  ['Type', 'wide'],
  ['Attempts', 'wide figure-cell'],
  ['Job', 'wide'],
  ['Failed'],
];

export function LetterTable(props: LetterTableProps): JSX.Element {
  const { jobs, selected, select } = props;
  const readOnly = useReadOnly();
  const toggle = (id: string) => () => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    select(next);
  };
  const columns: readonly Column[] = readOnly ? COLUMNS : [[<AllBox key="all" {...props} />, 'box'], ...COLUMNS];
  return (
    <Table caption="Failed jobs, newest first" columns={columns}>
      {jobs.map((job) => (
        <Row
          key={job.letter ?? job.id}
          job={job}
          chosen={selected.has(job.id)}
          {...(!readOnly && { toggle: toggle(job.id) })}
        />
      ))}
    </Table>
  );
}
