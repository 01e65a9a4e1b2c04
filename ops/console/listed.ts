import { elementsOf, parsedJson } from '../../contract/json';
import { invalidBody } from '../../service/problem';
import { type SeenJob } from './search';
import { type Entry } from './snapshot';

interface Listed {
  readonly matched: number;
  /** Newest first. */
  readonly jobs: readonly SeenJob[];
  /** To go on from there; none on the last page. */
  readonly after?: string;
}

interface Cursor {
  readonly at: string;
  readonly key: string;
}

/** One page of what matches. It goes on behind the last one shown, also where that one has gone since. */
export function listed(
  entries: readonly Entry[],
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Listed {
  const from = after === undefined ? 0 : firstBehind(entries, readCursor(after));
  const page = entries.slice(from, from + limit);
  const last = page.at(-1);
  const isMore = from + limit < entries.length;
  return {
    matched: entries.length,
    jobs: page.map(({ job }) => job),
    ...(last && isMore && { after: JSON.stringify([last.job.at, last.key]) }),
  };
}

function firstBehind(entries: readonly Entry[], { at, key }: Cursor): number {
  const same = entries.findIndex((entry) => entry.key === key);
  if (same >= 0) return same + 1;
  const older = entries.findIndex(({ job }) => Date.parse(job.at) < Date.parse(at));
  return older < 0 ? entries.length : older;
}

function readCursor(text: string): Cursor {
  const [at, key] = elementsOf(parsedJson(text));
  if (typeof at === 'string' && typeof key === 'string') return { at, key };
  throw invalidBody([{ pointer: '/after', detail: 'must be as the page before had it' }]);
}
