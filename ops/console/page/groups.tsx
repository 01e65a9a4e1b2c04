import { type JSX } from 'preact';
import { type Group } from './api';
import { count } from './format';
import { Foreign, Link, Time } from './parts';
import { type Route } from './route';

interface GroupTableProps {
  readonly groups: readonly Group[];
  /** What is filtered for already. */
  readonly route?: Route;
}

export function GroupTable({ groups, route = { view: 'letters' } }: GroupTableProps): JSX.Element {
  return (
    <table class="groups">
      <caption class="unseen-title">Groups of failures that look alike, the largest first</caption>
      <thead>
        <tr>
          <th scope="col" class="figure-cell">
            Jobs
          </th>
          <th scope="col">Error, without its ids and numbers</th>
          <th scope="col" class="wide">
            Reason
          </th>
          <th scope="col" class="wide">
            Type
          </th>
          <th scope="col" class="wide">
            First
          </th>
          <th scope="col">Last</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={`${group.reason}\n${group.error}`}>
            <td class="figure-cell">{count(group.count)}</td>
            <td class="main-cell">
              <Link to={{ ...route, view: 'letters', reason: group.reason, error: group.error }}>
                {group.error === '' ? 'No error was kept' : <Foreign text={group.error} />}
              </Link>
              <span class="narrow small">
                {group.reason} · {group.types.join(', ')}
              </span>
            </td>
            <td class="wide">{group.reason}</td>
            <td class="wide">{group.types.join(', ')}</td>
            <td class="wide time">
              <Time at={group.first} />
            </td>
            <td class="time">
              <Time at={group.last} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
