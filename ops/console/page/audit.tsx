import { type JSX } from 'preact';
import { type AuditLine } from './answers';
import { useAsk } from './ask';
import { clock, count, shortId } from './format';
import { endedTasks, useLive } from './live';
import { Empty, Foreign, Link, Loading, Refusal, Time } from './parts';
import { type Column, Table } from './table';

const COLUMNS: readonly Column[] = [['When'], ['What'], ['Jobs', 'figure-cell'], ['Who', 'wide']];

const MAX_NAMED = 3;

/** Which jobs were meant, as far as it can be said in a line. */
function meantBy({ filter = {}, type }: AuditLine): string {
  return Object.entries({ ...filter, type: filter['type'] ?? type })
    .filter(([name, value]) => name !== 'ids' && name !== 'moreIds' && value !== undefined)
    .map(([name, value]) => `${name} ${name === 'since' ? clock(Number(value)) : String(value)}`)
    .join(', ');
}

function What({ line }: { readonly line: AuditLine }): JSX.Element {
  const { what, note, job, replaces, ids = [], ended, unfinished } = line;
  const jobs = [job, replaces, ...ids].filter((id) => id !== undefined);
  const said = [meantBy(line), note, ended, unfinished && 'no end of it is known'].filter(Boolean).join('; ');
  return (
    <>
      <strong>{what}</strong> <Foreign text={said} />
      {new Set(jobs).size <= MAX_NAMED &&
        [...new Set(jobs)].map((id) => (
          <Link key={id} to={{ view: 'job', id }} class="of-job">
            <code>{shortId(id)}</code>
          </Link>
        ))}
    </>
  );
}

export function AuditTable({ lines }: { readonly lines: readonly AuditLine[] }): JSX.Element {
  return (
    <Table caption="What operators changed, newest first" columns={COLUMNS}>
      {lines.map((line, position) => (
        <tr key={position}>
          <td class="time">
            <Time at={line.at} />
          </td>
          <td class="main-cell">
            <What line={line} />
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
    </Table>
  );
}

const LIMIT = 200;

export function Audit(): JSX.Element {
  const ended = useLive(endedTasks);
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
