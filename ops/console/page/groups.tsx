import { type JSX } from 'preact';
import { type Group } from './answers';
import { count } from './format';
import { Foreign, Link, Time } from './parts';
import { type Route } from './route';
import { type Column, Table } from './table';

interface GroupTableProps {
  readonly groups: readonly Group[];
  /** What is filtered for already. */
  readonly route?: Route;
}

const COLUMNS: readonly Column[] = [
  ['Jobs', 'figure-cell'],
  ['Error, without its ids and numbers'],
  ['Reason', 'wide'],
  ['Type', 'wide'],
  ['First', 'wide'],
  ['Last'],
];

export function GroupTable({ groups, route = { view: 'letters' } }: GroupTableProps): JSX.Element {
  return (
    <Table class="groups" caption="Groups of failures that look alike, the largest first" columns={COLUMNS}>
      {groups.map(({ reason, error, count: jobs, types, first, last }) => (
        <tr key={`${reason}\n${error}`}>
          <td class="figure-cell">{count(jobs)}</td>
          <td class="main-cell">
            <Link to={{ ...route, view: 'letters', reason, error }}>
              {error === '' ? 'No error was kept' : <Foreign text={error} />}
            </Link>
            <span class="narrow small">
              {reason} · {types.join(', ')}
            </span>
          </td>
          <td class="wide">{reason}</td>
          <td class="wide">{types.join(', ')}</td>
          <td class="wide time">
            <Time at={first} />
          </td>
          <td class="time">
            <Time at={last} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
