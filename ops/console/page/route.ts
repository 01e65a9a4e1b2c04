/** The view and its filters live in the address, so that a reload, a bookmark and the back button keep them. */
import { useEffect, useState } from 'preact/hooks';

export const VIEWS = ['overview', 'letters', 'job', 'send', 'find', 'audit'] as const;
export type View = (typeof VIEWS)[number];

export const FILTERS = ['reason', 'error', 'type', 'text', 'since', 'held'] as const;
export type FilterName = (typeof FILTERS)[number];
type Filter = Partial<Record<FilterName, string>>;

export interface Route extends Filter {
  readonly view: View;
  readonly id?: string;
  readonly q?: string;
  /** Where a page of letters begins. */
  readonly after?: string;
}

const NAMES = [...FILTERS, 'id', 'q', 'after'] as const;

function parse(query: string): Route {
  const given = new URLSearchParams(query);
  const view = VIEWS.find((name) => name === given.get('view')) ?? 'overview';
  const rest = NAMES.flatMap((name) => {
    const value = given.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { view, ...Object.fromEntries(rest) };
}

/** Leaves empty filters out, except for a group's `error`, which may be empty. */
function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const kept = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && (entry[1] !== '' || entry[0] === 'error'),
  );
  return new URLSearchParams(kept).toString();
}

export const hrefOf = (route: Route): string => {
  const { view, ...rest } = route;
  const query = queryOf({ ...(view !== 'overview' && { view }), ...rest });
  return query === '' ? '/' : `/?${query}`;
};

export const filterOf = (route: Route): Filter =>
  Object.fromEntries(FILTERS.flatMap((name) => (route[name] === undefined ? [] : [[name, route[name]]])));

export function firstPage(route: Route): Route {
  const first: { -readonly [Name in keyof Route]: Route[Name] } = { ...route };
  delete first.after;
  return first;
}

export const filterQuery = (filter: Filter, more: Readonly<Record<string, string | undefined>> = {}): string =>
  queryOf({ ...filter, ...more });

const listeners = new Set<() => void>();

export function go(route: Route, how: 'push' | 'replace' = 'push'): void {
  const href = hrefOf(route);
  if (how === 'push') history.pushState(null, '', href);
  else history.replaceState(null, '', href);
  for (const listener of listeners) listener();
}

addEventListener('popstate', () => {
  for (const listener of listeners) listener();
});

export function useRoute(): Route {
  const [route, set] = useState(() => parse(location.search));
  useEffect(() => {
    const follow = (): void => {
      set(parse(location.search));
    };
    listeners.add(follow);
    return () => void listeners.delete(follow);
  }, []);
  return route;
}
