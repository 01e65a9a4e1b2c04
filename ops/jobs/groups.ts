import { type FailedJob } from './failed-job';

/** Failures that look alike: with the same reason, and the same error except for its ids and numbers. */
export interface Group {
  readonly reason: string;
  readonly error: string;
  readonly count: number;
  readonly types: readonly string[];
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/**
 * Hexadecimal as in hashes and handles, with a digit and a letter in it: words such as `defaced` stay, and large
 * numbers are numbers.
 */
const HEXADECIMAL = /\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b/gi;
const NUMBER = /\d+(?:[.,:]\d+)*/g;

/** The first line of an error, with what differs from job to job taken out. */
export const likeness = (error: string): string =>
  (error.split('\n')[0] ?? '').replace(UUID, '<id>').replace(HEXADECIMAL, '<id>').replace(NUMBER, '<n>').trim();

/** The largest first. `likenessOf` is for callers that know it already. */
export function groupFailures<Job extends FailedJob>(
  jobs: readonly Job[],
  likenessOf = ({ error }: Job): string => likeness(error),
): Group[] {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = `${job.reason}\n${likenessOf(job)}`;
    const group = groups.get(key);
    if (group) group.push(job);
    else groups.set(key, [job]);
  }
  return [...groups.values()].map((group) => toGroup(group, likenessOf)).sort((one, other) => other.count - one.count);
}

function toGroup<Job extends FailedJob>(jobs: readonly Job[], likenessOf: (job: Job) => string): Group {
  const times = jobs.map(({ at }) => at).sort();
  return {
    reason: jobs[0]?.reason ?? '',
    error: jobs[0] ? likenessOf(jobs[0]) : '',
    count: jobs.length,
    types: [...new Set(jobs.map(({ type }) => type))].sort(),
    first: times[0] ?? '',
    last: times.at(-1) ?? '',
  };
}
