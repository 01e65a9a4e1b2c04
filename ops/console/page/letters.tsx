/** Failed jobs: what they have in common first, then each of them. */
import { type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Failures, type Groups } from './answers';
import { useAsk } from './ask';
import { Bulk } from './bulk';
import { Filters } from './filters';
import { count, plural } from './format';
import { GroupTable } from './groups';
import { LetterTable } from './letter-table';
import { lettersStamp, useLive } from './live';
import { LookState } from './look';
import { Empty, Foreign, Link, Loading, Refusal, Section } from './parts';
import { filterOf, filterQuery, firstPage, type Route } from './route';

const PAGE = 100;

interface Seen {
  readonly route: Route;
  readonly query: string;
  readonly stamp: string;
}

function GroupsSeen({ route, query, stamp }: Seen): JSX.Element {
  const { data, problem, asking } = useAsk<Groups>(`/api/groups?${query}`, stamp);
  if (problem && !data) return <Refusal problem={problem} what="The groups were not read" />;
  if (!data) return <Loading what="dead letters" />;
  if (data.groups.length === 0)
    return (
      <Empty>
        {query === '' ? 'No dead letters. Nothing waits for you here.' : 'None is like this. Ease a filter.'}
      </Empty>
    );
  return (
    <div aria-busy={asking}>
      <GroupTable groups={data.groups} route={route} />
    </div>
  );
}

function Pages({ route, data }: { readonly route: Route; readonly data: Failures }): JSX.Element | null {
  const here = route.after;
  const first = firstPage(route);
  if (here === undefined && data.after === undefined) return null;
  return (
    <nav class="pages" aria-label="Pages of letters">
      {here !== undefined && <Link to={first}>Newest</Link>}
      {data.after !== undefined && <Link to={{ ...first, after: data.after }}>Next {count(PAGE)} older</Link>}
    </nav>
  );
}

function LettersSeen({ route, query, stamp }: Seen): JSX.Element {
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const page = filterQuery({}, { after: route.after, limit: String(PAGE) });
  const { data, problem, asking } = useAsk<Failures>(`/api/failures?${[query, page].filter(Boolean).join('&')}`, stamp);
  useEffect(() => {
    select(new Set());
  }, [query]);
  if (problem && !data) return <Refusal problem={problem} what="The letters were not read" />;
  if (!data) return <Loading what="letters" />;
  return (
    <div aria-busy={asking}>
      <Bulk route={route} matched={data.matched} selected={selected} select={select} />
      {data.jobs.length === 0 ? (
        <Empty>None is like this now. Ease a filter, or look again.</Empty>
      ) : (
        <LetterTable jobs={data.jobs} selected={selected} select={select} />
      )}
      <Pages route={route} data={data} />
    </div>
  );
}

/** What is filtered by a group, said once, with the way back. */
function GroupChosen({ route }: { readonly route: Route }): JSX.Element | null {
  const { error, reason, ...rest } = firstPage(route);
  if (error === undefined) return null;
  return (
    <p class="chosen">
      <Link to={rest}>All groups</Link>
      <span>
        {reason !== undefined && <>{reason}: </>}
        {error === '' ? 'no error was kept' : <Foreign text={error} />}
      </span>
    </p>
  );
}

/** Reasons and types to choose from: of all letters, not of those that match. */
function useChoices(stamp: string): { readonly reasons: readonly string[]; readonly types: readonly string[] } {
  const { data } = useAsk<Groups>('/api/groups', stamp);
  const groups = data?.groups ?? [];
  return {
    reasons: [...new Set(groups.map(({ reason }) => reason))].sort(),
    types: [...new Set(groups.flatMap(({ types }) => types))].sort(),
  };
}

export function Letters({ route }: { readonly route: Route }): JSX.Element {
  const stamp = useLive(lettersStamp);
  const choices = useChoices(stamp);
  const query = filterQuery(filterOf(route));
  const chosen = route.error !== undefined;
  const all = useLive(({ snapshot }) => snapshot?.total);
  return (
    <>
      <LookState />
      <Filters route={route} {...choices} />
      <GroupChosen route={route} />
      {!chosen && (
        <Section title="Groups">
          <GroupsSeen route={route} query={query} stamp={stamp} />
        </Section>
      )}
      <Section title="Letters" aside={all !== undefined && `of ${plural(all, 'failed job')} in all`}>
        <LettersSeen route={route} query={query} stamp={stamp} />
      </Section>
    </>
  );
}
