import { type JSX } from 'preact';
import { type Found } from './answers';
import { useAsk } from './ask';
import { Empty, Foreign, Link, Loading, Refusal, Time } from './parts';
import { filterQuery, type Route } from './route';
import { type Column, Table } from './table';

const COLUMNS: readonly Column[] = [['Job'], ['State'], ['Type', 'wide'], ['Changed']];

function FoundTable({ jobs }: { readonly jobs: readonly Found[] }): JSX.Element {
  return (
    <Table caption="Jobs found" columns={COLUMNS}>
      {jobs.map(({ id, type, state, at }) => (
        <tr key={id}>
          <td class="main-cell">
            <Link to={{ view: 'job', id }}>
              <code>{id}</code>
            </Link>
          </td>
          <td>{state}</td>
          <td class="wide">{type}</td>
          <td class="time">
            <Time at={at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function Find({ route }: { readonly route: Route }): JSX.Element {
  const q = route.q ?? '';
  const { data, problem } = useAsk<{ readonly jobs: readonly Found[] }>(
    q === '' ? undefined : `/api/find?${filterQuery({}, { q })}`,
  );
  if (q === '') return <Empty>Write an id, or a piece of an error or a body, into the field above (Ctrl K).</Empty>;
  if (problem && !data) return <Refusal problem={problem} what="Nothing was found" />;
  if (!data) return <Loading what="what is like it" />;
  return (
    <>
      <p class="small">
        What is like <Foreign text={q} />. Ids are looked up in the records; text in the dead letters of the last look
        and in the newest records.
      </p>
      {data.jobs.length === 0 ? (
        <Empty>No job has this id or this text. Records expire; letters do so earlier.</Empty>
      ) : (
        <FoundTable jobs={data.jobs} />
      )}
    </>
  );
}
