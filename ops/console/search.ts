import { type FailedJob, type Filter, matches } from '../jobs/failed-job';

/** A failed job as the console lists it. */
export interface SeenJob extends FailedJob {
  /** Its error with ids and numbers taken out, as its group has it. */
  readonly like: string;
}

/** Which failures of a snapshot. */
export interface Search extends Filter {
  /** Of a group, with ids and numbers taken out. */
  readonly error?: string | undefined;
}

interface Searched {
  readonly job: SeenJob;
  readonly body: string;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Made once for a search: no body is copied in lower case to be looked through. */
export function matcher({ text, error, ids, ...filter }: Search): (one: Searched) => boolean {
  const pattern = text === undefined ? undefined : new RegExp(escaped(text), 'i');
  const named = ids && new Set(ids);
  return ({ job, body }) =>
    (named === undefined || named.has(job.id)) &&
    (error === undefined || job.like === error) &&
    matches(job, '', filter) &&
    (pattern === undefined || pattern.test(job.error) || pattern.test(body));
}
