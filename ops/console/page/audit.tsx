import { type JSX } from 'preact';
import { type AuditLine } from './api';
import { useAsk } from './ask';
import { count } from './format';
import { useLive } from './live';
import { Empty, Foreign, Loading, Refusal, Time } from './parts';

export function AuditTable({ lines }: { readonly lines: readonly AuditLine[] }): JSX.Element {
  return (
    <table>
      <caption class="unseen-title">What operators changed, newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col" class="figure-cell">
            Jobs
          </th>
          <th scope="col" class="wide">
            Who
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, position) => (
          <tr key={position}>
            <td class="time">
              <Time at={line.at} />
            </td>
            <td class="main-cell">
              <Foreign text={line.what} />
              <span class="narrow small">
                <Foreign text={line.who} />
              </span>
            </td>
            <td class="figure-cell">{line.count === undefined ? '' : count(line.count)}</td>
            <td class="wide">
              <Foreign text={line.who} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const LIMIT = 200;

export function Audit(): JSX.Element {
  const ended = useLive(({ tasks }) => tasks.filter(({ state }) => state !== 'running').length);
  const { data, problem } = useAsk<readonly AuditLine[]>(`/api/audit?limit=${LIMIT}`, ended);
  if (problem && !data) return <Refusal problem={problem} what="The audit was not read" />;
  if (!data) return <Loading what="the audit" />;
  if (data.length === 0) return <Empty>No operator has changed anything yet, or the notes have expired.</Empty>;
  return (
    <>
      <p class="small">
        Every change that the console and <code>npm run -s jobs</code> made, newest first, up to {LIMIT}. They expire
        with the records.
      </p>
      <AuditTable lines={data} />
    </>
  );
}
