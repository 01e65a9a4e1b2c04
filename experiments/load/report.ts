import { type AcceptedJob, type Latency, type Threshold } from './k6-output';
import { type Outcome } from './outcomes';
import { type Plan } from './profiles';
import { type End, faultsOf } from './verdict';

/** Facts of the run that are not its outcome. */
export interface Setting {
  readonly plan: Plan;
  /** `its own` or the URL of one that ran already. */
  readonly pair: string;
  readonly startedAt: string;
  readonly node: string;
  readonly k6: string;
}

/** One moment of the chart. */
export interface Moment {
  /** Since the first job was sent. */
  readonly second: number;
  /** A second, within this moment; of those sent, the ones that were accepted. */
  readonly sent: number;
  readonly done: number;
  /** Sent, accepted, and not yet done, at its end. */
  readonly backlog: number;
}

export interface Report extends Setting {
  readonly requests: number;
  readonly accepted: number;
  readonly done: number;
  readonly deadLetters: number | undefined;
  readonly failedShare: number;
  readonly refusedShare: number;
  readonly dropped: number;
  readonly requestMs: Latency;
  /** From the moment k6 sends the request to the record's last change. */
  readonly endToEndMs: Latency;
  /** From the last job sent to the last one done. */
  readonly drainSeconds: number;
  readonly thresholds: readonly Threshold[];
  readonly faults: readonly string[];
  readonly moments: readonly Moment[];
}

export function reportOf(setting: Setting, end: End): Report {
  const times = timesOf(end.jobs, end.outcomes);
  const done = times.flatMap(({ doneAt }) => (doneAt === undefined ? [] : [doneAt]));
  const { requests, accepted, failedShare, refusedShare, dropped, requestMs, thresholds } = end;
  const lastSent = times.reduce((last, { sentAt }) => Math.max(last, sentAt), 0);
  const lastDone = done.reduce((last, at) => Math.max(last, at), 0);
  return {
    ...setting,
    requests,
    accepted,
    done: done.length,
    deadLetters: end.depths?.deadLetters,
    failedShare,
    refusedShare,
    dropped,
    requestMs,
    endToEndMs: latencyOf(times.flatMap(({ sentAt, doneAt }) => (doneAt === undefined ? [] : [doneAt - sentAt]))),
    drainSeconds: Math.max(0, lastDone - lastSent) / 1_000,
    thresholds,
    faults: faultsOf(end),
    moments: momentsOf(times),
  };
}

/** Milliseconds since the epoch. */
export interface Times {
  readonly sentAt: number;
  readonly doneAt: number | undefined;
}

function timesOf(jobs: readonly AcceptedJob[], outcomes: ReadonlyMap<string, Outcome>): Times[] {
  return jobs.map(({ id, sentAt }) => {
    const outcome = outcomes.get(id);
    return { sentAt, doneAt: outcome?.state === 'done' ? outcome.completedAt : undefined };
  });
}

export function latencyOf(values: readonly number[]): Latency {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

/** More than a chart on a phone can tell apart. */
const MAX_MOMENTS = 120;

export function momentsOf(times: readonly Times[]): Moment[] {
  if (times.length === 0) return [];
  const first = times.reduce((least, { sentAt }) => Math.min(least, sentAt), Infinity);
  const last = times.reduce((most, { sentAt, doneAt = 0 }) => Math.max(most, sentAt, doneAt), 0);
  const seconds = Math.ceil(((last - first) / 1_000 + 1) / MAX_MOMENTS);
  const slot = (at: number): number => Math.floor((at - first) / 1_000 / seconds);
  const counts = Array.from({ length: slot(last) + 1 }, () => ({ sent: 0, done: 0 }));
  for (const { sentAt, doneAt } of times) {
    const [one, other] = [counts[slot(sentAt)], doneAt === undefined ? undefined : counts[slot(doneAt)]];
    if (one) one.sent += 1;
    if (other) other.done += 1;
  }
  let backlog = 0;
  return counts.map(({ sent, done }, index) => {
    backlog += sent - done;
    return { second: index * seconds, sent: sent / seconds, done: done / seconds, backlog };
  });
}
