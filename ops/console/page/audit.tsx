import { type JSX } from 'preact';
import { type AuditLine } from './answers';
import { useAsk } from './ask';
import { count } from './format';
import { useLive } from './live';
import { Empty, Foreign, Loading, Refusal, Time } from './parts';
import { type Column, Table } from './table';

const COLUMNS: readonly Column[] = [['When'], ['What'], ['Jobs', 'figure-cell'], ['Who', 'wide']];

export function AuditTable({ lines }: { readonly lines: readonly AuditLine[] }): JSX.Element {
  return (
    <Table caption="What operators changed, newest first" columns={COLUMNS}>
      {lines.map(({ at, what, who, count: jobs }, position) => (
        <tr key={position}>
          <td class="time">
            <Time at={at} />
          </td>
          <td class="main-cell">
            <Foreign text={what} />
            <span class="narrow small">
              <Foreign text={who} />
            </span>
          </td>
          <td class="figure-cell">{jobs === undefined ? '' : count(jobs)}</td>
          <td class="wide">
            <Foreign text={who} />
          </td>
        </tr>
      ))}
    </Table>
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
